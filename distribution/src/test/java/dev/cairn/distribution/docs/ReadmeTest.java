package dev.cairn.distribution.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the README to the files that it shows and names. */
class ReadmeTest {
    private static final Pattern JAVA_BLOCK = Pattern.compile("^```java\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)[^):]*\\)");
    private static final Path EXAMPLE = CheckedInPage.ROOT.resolve("modules/samples/lease/src/main/java");

    @Test
    void readmeShowsTheExampleModuleAsItIs() throws IOException {
        Matcher blocks = JAVA_BLOCK.matcher(text(CheckedInPage.ROOT.resolve("README.md")));
        List<String> shown = new ArrayList<>();
        while (blocks.find()) {
            shown.add(blocks.group(1));
        }
        assertEquals(List.of(text(EXAMPLE.resolve("dev/cairn/sample/lease/LeaseModule.java")), text(EXAMPLE.resolve("module-info.java"))),
                shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "distribution/docs/architecture.md", "distribution/docs/CONTRIBUTING.md",
            "distribution/docs/modules.md"})
    void linksLeadToFiles(String name) throws IOException {
        Path page = CheckedInPage.ROOT.resolve(name);
        Matcher links = LINK.matcher(text(page));
        while (links.find()) {
            String target = links.group(1);
            assertTrue(Files.exists(page.resolveSibling(target)), () -> name + " links to " + target);
        }
    }

    /** The page on the architecture names source files in the form {@code `Name.java`}; each is a file of the main sources. */
    @Test
    void architectureNamesFilesThatExist() throws IOException {
        List<String> sources;
        try (var files = Files.walk(CheckedInPage.ROOT)) {
            sources = files.filter(f -> f.toString().endsWith(".java") && f.toString().contains("/src/main/"))
                    .map(f -> f.getFileName().toString()).toList();
        }
        Matcher names = Pattern.compile("`(\\w+\\.java)`").matcher(text(CheckedInPage.ROOT.resolve("distribution/docs/architecture.md")));
        List<String> missing = new ArrayList<>();
        while (names.find()) {
            if (!sources.contains(names.group(1))) {
                missing.add(names.group(1));
            }
        }
        assertEquals(List.of(), missing);
    }

    /** The page on modules names the test of each thing that a module can do, {@code `NameTest.method`}; it is one of the sources. */
    @Test
    void modulesNamesTestsThatExist() throws IOException {
        Map<String, Path> tests = new HashMap<>();
        try (var files = Files.walk(CheckedInPage.ROOT)) {
            files.filter(f -> f.toString().matches(".*/src/.*(Test|IT|Contract)\\.java"))
                    .forEach(f -> tests.put(f.getFileName().toString().replace(".java", ""), f));
        }
        Matcher names = Pattern.compile("`(\\w+(?:Test|IT|Contract))(?:\\.(\\w+))?`")
                .matcher(text(CheckedInPage.ROOT.resolve("distribution/docs/modules.md")));
        List<String> missing = new ArrayList<>();
        int found = 0;
        while (names.find()) {
            found++;
            Path test = tests.get(names.group(1));
            if (test == null || names.group(2) != null && !text(test).contains(" " + names.group(2) + "(")) {
                missing.add(names.group());
            }
        }
        assertEquals(List.of(), missing);
        assertTrue(found > 40, "the tests are not found");
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
