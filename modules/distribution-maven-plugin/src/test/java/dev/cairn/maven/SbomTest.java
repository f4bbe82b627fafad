package dev.cairn.maven;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.apache.maven.artifact.Artifact;
import org.apache.maven.artifact.DefaultArtifact;
import org.apache.maven.artifact.handler.DefaultArtifactHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

class SbomTest {
    @TempDir Path folder;

    private static Artifact artifact(String name) {
        return new DefaultArtifact("org.example", name, "1.0", "runtime", "jar", "", new DefaultArtifactHandler("jar"));
    }

    private Sbom sbom(String content, List<String> licenses) throws Exception {
        Sbom sbom = new Sbom("our-cairn", "2.0");
        sbom.jar(artifact("lease"), Files.writeString(folder.resolve("lease-1.0.jar"), content), licenses);
        return sbom;
    }

    private static JsonNode parse(Sbom sbom) throws Exception {
        return new ObjectMapper().readTree(sbom.document());
    }

    @Test
    void aJarIsNamedWithItsDigestItsLicenceAndItsPlace() throws Exception {
        JsonNode document = parse(sbom("jar", List.of("Apache License, \"2.0\"")));
        assertEquals("CycloneDX", document.path("bomFormat").asText());
        assertEquals("1.6", document.path("specVersion").asText());
        assertEquals("our-cairn", document.path("metadata").path("component").path("name").asText());
        JsonNode jar = document.path("components").path(0);
        assertEquals("library", jar.path("type").asText());
        assertEquals("org.example", jar.path("group").asText());
        assertEquals("lease", jar.path("name").asText());
        assertEquals("1.0", jar.path("version").asText());
        assertEquals("pkg:maven/org.example/lease@1.0?type=jar", jar.path("purl").asText());
        assertEquals("SHA-256", jar.path("hashes").path(0).path("alg").asText());
        assertEquals(FileTree.digest("SHA-256", folder.resolve("lease-1.0.jar")), jar.path("hashes").path(0).path("content").asText());
        assertEquals("Apache License, \"2.0\"", jar.path("licenses").path(0).path("license").path("name").asText());
        assertEquals("lib/lease-1.0.jar", jar.path("properties").path(0).path("value").asText());
    }

    @Test
    void aJarOfUnknownLicenceHasNone() throws Exception {
        assertFalse(parse(sbom("jar", List.of())).path("components").path(0).has("licenses"));
    }

    @Test
    void theJavaIsNamedWithItsModules() throws Exception {
        Sbom sbom = sbom("jar", List.of());
        Jdk jdk = Jdk.find(List.of(Path.of(System.getProperty("java.home"))));
        sbom.java(jdk, List.of("java.base", "java.management"));
        JsonNode java = parse(sbom).path("components").path(1);
        assertEquals("platform", java.path("type").asText());
        assertEquals(jdk.version(), java.path("version").asText());
        assertTrue(java.path("description").asText().endsWith("java.base, java.management"), java::toString);
    }

    @Test
    void theSerialNumberFollowsFromWhatItSays() throws Exception {
        String one = sbom("jar", List.of()).document();
        assertEquals(one, sbom("jar", List.of()).document());
        assertNotEquals(parse(sbom("jar", List.of())).path("serialNumber"), parse(sbom("another", List.of())).path("serialNumber"));
        assertTrue(
                parse(sbom("jar", List.of())).path("serialNumber").asText().matches("urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"));
    }
}
