package dev.cairn.maven;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.apache.maven.artifact.Artifact;

/** The list of what a distribution is made of, in CycloneDX' format: each jar with its digest, and the Java. */
final class Sbom {
    private final String name;
    private final String version;
    private final List<Object> components = new ArrayList<>();

    Sbom(String name, String version) {
        this.name = name;
        this.version = version;
    }

    void jar(Artifact artifact, Path file, List<String> licenses) throws IOException {
        String purl = "pkg:maven/" + artifact.getGroupId() + "/" + artifact.getArtifactId() + "@" + artifact.getBaseVersion() + "?type=jar";
        Map<String, Object> component = Json.object("type", "library", "bom-ref", purl, "group", artifact.getGroupId(), "name",
                artifact.getArtifactId(), "version", artifact.getBaseVersion(), "hashes",
                List.of(Json.object("alg", "SHA-256", "content", FileTree.digest("SHA-256", file))));
        if (!licenses.isEmpty()) {
            component.put("licenses", licenses.stream().map(l -> Json.object("license", Json.object("name", l))).toList());
        }
        component.put("purl", purl);
        component.put("properties", List.of(Json.object("name", "cairn:file", "value", "lib/" + file.getFileName())));
        components.add(component);
    }

    void java(Jdk jdk, List<String> modules) {
        components.add(
                Json.object("type", "platform", "bom-ref", "java", "supplier", Json.object("name", jdk.implementor()), "name", "OpenJDK",
                        "version", jdk.version(), "description", "Java runtime of the modules " + String.join(", ", modules), "licenses",
                        List.of(Json.object("license", Json.object("name", "GPL-2.0 with Classpath exception"))), "properties",
                        List.of(Json.object("name", "cairn:file", "value", "runtime/"))));
    }

    /** The document. Its serial number follows from what it says, so that it is the same for the same distribution. */
    String document() {
        String content = Json.of(components);
        UUID serial = UUID.nameUUIDFromBytes((name + version + content).getBytes(StandardCharsets.UTF_8));
        return Json.of(Json.object("bomFormat", "CycloneDX", "specVersion", "1.6", "serialNumber", "urn:uuid:" + serial, "version", 1,
                "metadata", Json.object("component",
                        Json.object("type", "application", "bom-ref", name, "name", name, "version", version)),
                "components", components));
    }
}
