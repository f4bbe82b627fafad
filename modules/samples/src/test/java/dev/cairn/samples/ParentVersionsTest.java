package dev.cairn.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** The parent of third parties' builds has no parent, so that it has versions of its own: they are those of Cairn's build. */
class ParentVersionsTest {
    private static final Path ROOT = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().getParent().getParent();

    private static Document read(String name) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(ROOT.resolve(name).toFile());
    }

    private static Map<String, String> children(Document of, String element) {
        Map<String, String> texts = new LinkedHashMap<>();
        Node parent = element.isEmpty() ? of.getDocumentElement() : of.getElementsByTagName(element).item(0);
        for (Node child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element e) {
                texts.put(e.getTagName(), e.getTextContent());
            }
        }
        return texts;
    }

    @Test
    void areThoseOfTheWholeBuild() throws Exception {
        Document root = read("pom.xml");
        Document parent = read("modules/parent/pom.xml");
        Map<String, String> expected = children(root, "properties");
        Map<String, String> own = new LinkedHashMap<>(children(parent, "properties"));
        assertEquals(children(root, "").get("version"), own.remove("cairn.version"));
        assertEquals(children(root, "").get("version"), children(parent, "").get("version"));
        assertTrue(own.size() > 10, own::toString);
        own.forEach((name, value) -> assertEquals(expected.get(name), value, name));
    }
}
