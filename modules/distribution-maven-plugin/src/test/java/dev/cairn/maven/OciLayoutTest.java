package dev.cairn.maven;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

class OciLayoutTest {
    @TempDir Path folder;

    private Path layout(String name, boolean cache) throws Exception {
        Path home = Distribution.withJava(Distribution.in(folder.resolve(name), false));
        Path layout = folder.resolve(name + "-oci");
        var image = new OciLayout(layout, "our-cairn", "1.0", "amd64", Distribution.TIME);
        image.add(home, folder);
        if (cache) {
            image.addCache(Files.writeString(folder.resolve("cache"), "classes"), folder);
        }
        assertEquals(layout.resolve("index.json"), image.describe());
        return layout;
    }

    private static JsonNode parse(Path file) throws Exception {
        return new ObjectMapper().readTree(file.toFile());
    }

    /** The file of a descriptor, which must have the digest and the size that this says. */
    private static Path blob(Path layout, JsonNode descriptor) throws Exception {
        String digest = descriptor.path("digest").asText();
        Path file = layout.resolve("blobs").resolve(digest.replace(':', '/'));
        assertEquals(digest, "sha256:" + FileTree.digest("SHA-256", file));
        assertEquals(Files.size(file), descriptor.path("size").asLong());
        return file;
    }

    @Test
    void eachDescriptorHasTheDigestOfItsBlobAndEachLayerThatOfItsContent() throws Exception {
        Path layout = layout("here", true);
        JsonNode manifest = parse(blob(layout, parse(layout.resolve("index.json")).path("manifests").path(0)));
        JsonNode config = parse(blob(layout, manifest.path("config")));
        assertEquals(3, manifest.path("layers").size());
        for (int i = 0; i < 3; i++) {
            assertEquals("application/vnd.oci.image.layer.v1.tar+gzip", manifest.path("layers").path(i).path("mediaType").asText());
            Path content = folder.resolve("content");
            try (InputStream in = new GZIPInputStream(Files.newInputStream(blob(layout, manifest.path("layers").path(i))))) {
                Files.write(content, in.readAllBytes());
            }
            assertEquals("sha256:" + FileTree.digest("SHA-256", content), config.path("rootfs").path("diff_ids").path(i).asText());
        }
        assertEquals("/usr/lib/our-cairn/runtime/bin/java", config.path("config").path("Entrypoint").path(0).asText());
        assertEquals(List.of("usr/lib/our-cairn/lib/cairn.aot"), names(blob(layout, manifest.path("layers").path(2))));
    }

    @Test
    void theLibrariesOfTheSystemThatTheJavaNeedsAreInIt() throws Exception {
        Path layout = layout("here", false);
        JsonNode manifest = parse(blob(layout, parse(layout.resolve("index.json")).path("manifests").path(0)));
        assertEquals(2, manifest.path("layers").size());
        List<String> names = names(blob(layout, manifest.path("layers").path(0)));
        assertTrue(names.stream().anyMatch(n -> n.endsWith("/libc.so.6")), names::toString);
        assertTrue(names.stream().noneMatch(n -> n.contains("libjli")), "the Java's own come with it");
    }

    @Test
    void theCacheChangesNoLayerButItsOwn() throws Exception {
        JsonNode with = layers(layout("here", true));
        JsonNode without = layers(layout("elsewhere", false));
        assertEquals(without.path(0), with.path(0));
        assertEquals(without.path(1), with.path(1));
    }

    private static JsonNode layers(Path layout) throws Exception {
        return parse(blob(layout, parse(layout.resolve("index.json")).path("manifests").path(0))).path("layers");
    }

    private static List<String> names(Path layer) throws Exception {
        List<String> names = new ArrayList<>();
        try (var tar = new TarArchiveInputStream(new GZIPInputStream(Files.newInputStream(layer)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                names.add(entry.getName());
            }
        }
        return names;
    }
}
