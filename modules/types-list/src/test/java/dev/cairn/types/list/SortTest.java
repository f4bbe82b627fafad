package dev.cairn.types.list;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.cairn.testkit.TestClient;
import dev.cairn.testkit.TestServer;
import dev.cairn.types.hash.HashModule;
import dev.cairn.types.string.StringModule;

@Timeout(300)
class SortTest {
    private TestServer server;
    private TestClient client;

    @BeforeEach
    void start() {
        server = TestServer.with(new ListModule(), new StringModule(), new HashModule()).start();
        client = server.client();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void sortsByNumberOrByBytes() {
        client.line("RPUSH k 10 9 1.5 -3 2");
        assertEquals("[-3, 1.5, 2, 9, 10]", client.line("SORT k"));
        assertEquals("[10, 9, 2, 1.5, -3]", client.line("SORT k DESC"));
        assertEquals("[-3, 1.5, 10, 2, 9]", client.line("SORT k ALPHA"));
        assertEquals("[2, 9]", client.line("SORT k LIMIT 2 2"));
        assertEquals("[]", client.line("SORT k LIMIT 9 2"));
        assertEquals("[-3, 1.5]", client.line("SORT_RO k LIMIT -5 2"));
        assertEquals("ERR syntax error", client.line("SORT_RO k STORE l"));
        client.line("RPUSH k word");
        assertEquals("ERR One or more scores can't be converted into double", client.line("SORT k"));
    }

    @Test
    void sortsByAndGetsWhatPatternsName() {
        client.line("RPUSH k 1 2 3");
        client.line("MSET w1 30 w2 10 w3 20 n1 one n3 three");
        assertEquals("[2, 3, 1]", client.line("SORT k BY w*"));
        assertEquals("[2, nil, 3, three, 1, one]", client.line("SORT k BY w* GET # GET n*"));
        assertEquals("[2, 1, 3]", client.line("SORT k BY n* ALPHA"));
        assertEquals("[3, 2, 1]", client.line("SORT k BY nosort DESC"));
        assertEquals("[2]", client.line("SORT k BY nosort DESC LIMIT 1 1"));
        assertEquals("[nil, nil, nil]", client.line("SORT k GET fixed"));
        assertEquals("[nil, nil, nil]", client.line("SORT k GET n*->field"));
        assertEquals("WRONGTYPE Operation against a key holding the wrong kind of value", client.line("SORT w1"));
    }

    @Test
    void sortsByAndGetsTheFieldsOfHashes() throws Exception {
        client.line("RPUSH k 1 2 3");
        client.line("HSET h1 weight 30 name one");
        client.line("HSET h2 weight 10 name two");
        client.call("HSET", "h3", "weight", "20", "name", "x".repeat(1000));
        client.line("HPEXPIRE h1 10000 FIELDS 1 name");
        assertEquals("[2, 3, 1]", client.line("SORT k BY h*->weight"));
        assertEquals("[two, " + "x".repeat(1000) + ", one]", client.line("SORT k BY h*->weight GET h*->name"));
        assertEquals("[10, nil, 20, nil, 30, nil]", client.line("SORT k BY h*->weight GET h*->weight GET h*->none"));
        assertEquals("3", client.line("SORT k BY h*->name ALPHA GET h*->name STORE l"));
        assertEquals("[one, two, " + "x".repeat(1000) + "]", client.line("LRANGE l 0 -1"));
        server.advance(Duration.ofSeconds(11));
        assertEquals("[nil, two]", client.line("SORT k LIMIT 0 2 GET h*->name"));
    }

    @Test
    void storesWhatItSorted() {
        client.line("RPUSH k 3 1 2");
        client.line("SET l x EX 100");
        assertEquals("3", client.line("SORT k STORE l"));
        assertEquals("[1, 2, 3]", client.line("LRANGE l 0 -1"));
        assertEquals("-1", client.line("TTL l"));
        assertEquals("3", client.line("SORT k STORE k DESC"));
        assertEquals("[3, 2, 1]", client.line("LRANGE k 0 -1"));
        assertEquals("0", client.line("SORT none STORE l"));
        assertEquals("0", client.line("EXISTS l"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 17, 100, 3000, 12_000})
    void sortsAnyNumberOfElements(int count) {
        Random random = new Random(count);
        List<Integer> model = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int v = random.nextInt(count);
            model.add(v);
        }
        for (int i = 0; i < count; i += 500) {
            List<String> words = new ArrayList<>(List.of("RPUSH", "k"));
            model.subList(i, Math.min(count, i + 500)).forEach(v -> words.add(v.toString()));
            client.call(words.toArray(String[]::new));
        }
        Collections.sort(model);
        assertEquals(model.toString(), client.line("SORT k"));
        int from = count / 3;
        int to = Math.min(count, from + 10);
        assertEquals(model.subList(from, to).toString(), client.line("SORT k LIMIT " + from + " 10"));
        Collections.reverse(model);
        assertEquals(model.subList(from, to).toString(), client.line("SORT k DESC LIMIT " + from + " 10"));
    }
}
