package dev.cairn.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * An image as its reader sees it: a folder in the layout of the Open Container Initiative's image specification 1.0. What the constructor
 * reads must be as the specification has it, down to the digest and the size of each blob.
 */
final class OciImage {
    private static final String TYPE = "application/vnd.oci.image.";

    private final Path layout;
    private final JsonNode manifest;
    private final JsonNode config;

    OciImage(Path layout) throws Exception {
        this.layout = layout;
        assertEquals("1.0.0", parse(layout.resolve("oci-layout")).path("imageLayoutVersion").asText());
        JsonNode index = parse(layout.resolve("index.json"));
        assertEquals(2, index.path("schemaVersion").asInt());
        assertEquals(TYPE + "index.v1+json", index.path("mediaType").asText());
        assertEquals(1, index.path("manifests").size());
        Set<String> named = new TreeSet<>();
        manifest = parse(blob(index.path("manifests").path(0), "manifest.v1+json", named));
        assertEquals(2, manifest.path("schemaVersion").asInt());
        assertEquals(TYPE + "manifest.v1+json", manifest.path("mediaType").asText());
        config = parse(blob(manifest.path("config"), "config.v1+json", named));
        assertEquals("linux", config.path("os").asText());
        assertTrue(Set.of("amd64", "arm64").contains(config.path("architecture").asText()), config::toString);
        OffsetDateTime.parse(config.path("created").asText());
        assertEquals("layers", config.path("rootfs").path("type").asText());
        assertEquals(manifest.path("layers").size(), config.path("rootfs").path("diff_ids").size());
        for (JsonNode layer : manifest.path("layers")) {
            blob(layer, "layer.v1.tar+gzip", named);
        }
        assertEquals(List.copyOf(named), Ready.names(layout.resolve("blobs/sha256")), "blobs that nothing names");
    }

    private static JsonNode parse(Path file) throws Exception {
        return new ObjectMapper().readTree(file.toFile());
    }

    /** The file that a descriptor describes. */
    private Path blob(JsonNode descriptor, String type, Set<String> named) throws Exception {
        assertEquals(TYPE + type, descriptor.path("mediaType").asText());
        String digest = descriptor.path("digest").asText();
        assertTrue(digest.matches("sha256:[0-9a-f]{64}"), descriptor::toString);
        Path file = file(digest);
        assertEquals(digest, "sha256:" + Ready.sha256(file));
        assertEquals(Files.size(file), descriptor.path("size").asLong());
        named.add(file.getFileName().toString());
        return file;
    }

    private Path file(String digest) {
        return layout.resolve("blobs/sha256").resolve(digest.substring("sha256:".length()));
    }

    /** The digests of the layers, the lowest first. */
    List<String> layers() {
        return StreamSupport.stream(manifest.path("layers").spliterator(), false).map(l -> l.path("digest").asText()).toList();
    }

    /** The entry point. */
    List<String> command() {
        return words("Entrypoint");
    }

    /** The arguments that stand in for those that nobody gives. */
    List<String> arguments() {
        return words("Cmd");
    }

    private List<String> words(String key) {
        return StreamSupport.stream(config.path("config").path(key).spliterator(), false).map(JsonNode::asText).toList();
    }

    String setting(String key) {
        return config.path("config").path(key).asText();
    }

    boolean hasVolume(String folder) {
        return config.path("config").path("Volumes").has(folder);
    }

    boolean exposes(String port) {
        return config.path("config").path("ExposedPorts").has(port);
    }

    /** Unpacks the layers one over the other; each must have the content that the configuration names. */
    void unpack(Path root, Path scratch) throws Exception {
        List<String> digests = layers();
        List<String> contents = new ArrayList<>();
        for (String digest : digests) {
            Path tar = scratch.resolve("layer.tar");
            Ready.run(scratch, List.of("sh", "-c", "gzip -dc \"$0\" > \"$1\"", file(digest).toString(), tar.toString()));
            contents.add("sha256:" + Ready.sha256(tar));
            Ready.run(scratch, List.of("tar", "xf", tar.toString(), "-C", root.toString()));
            Files.delete(tar);
        }
        assertEquals(StreamSupport.stream(config.path("rootfs").path("diff_ids").spliterator(), false).map(JsonNode::asText).toList(),
                contents);
    }
}
