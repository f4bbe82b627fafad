package dev.cairn.types.string;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import dev.cairn.api.command.Bytes;

class LcsTest {
    @Test
    void findsTheSubsequenceAndItsRuns() {
        Lcs.Subsequence common = new Lcs.Subsequence(Bytes.of("ohmytext"), Bytes.of("mynewtext"), true);
        assertEquals(6, common.length());
        assertEquals("mytext", new String(common.bytes(), StandardCharsets.US_ASCII));
        assertEquals(List.of("4 5 4", "2 0 2"), runs(common));
    }

    @Test
    void findsNothingInAnEmptyString() {
        for (Lcs.Subsequence common : new Lcs.Subsequence[]{new Lcs.Subsequence(Bytes.EMPTY, Bytes.of("a"), true),
                new Lcs.Subsequence(Bytes.of("a"), Bytes.EMPTY, true), new Lcs.Subsequence(Bytes.of("abc"), Bytes.of("xyz"), true)}) {
            assertEquals(0, common.length());
            assertArrayEquals(new byte[0], common.bytes());
            assertEquals(List.of(), runs(common));
        }
    }

    @Test
    void agreesWithTheTextbookTable() {
        Random random = new Random(20);
        for (int round = 0; round < 600; round++) {
            int alphabet = 2 + random.nextInt(12);
            byte[] a = random(random, alphabet);
            byte[] b = random(random, alphabet);
            int[][] table = table(a, b);
            Lcs.Subsequence common = new Lcs.Subsequence(Bytes.of(a), Bytes.of(b), true);
            assertEquals(table[a.length][b.length], common.length());
            assertEquals(walk(table, a, b), runs(common));
            assertEquals(common.length(), new Lcs.Subsequence(Bytes.of(a), Bytes.of(b), false).length());
        }
    }

    private static byte[] random(Random random, int alphabet) {
        byte[] bytes = new byte[random.nextInt(200)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (random.nextInt(alphabet) * 23);
        }
        return bytes;
    }

    private static int[][] table(byte[] a, byte[] b) {
        int[][] table = new int[a.length + 1][b.length + 1];
        for (int i = 1; i <= a.length; i++) {
            for (int j = 1; j <= b.length; j++) {
                table[i][j] = a[i - 1] == b[j - 1] ? table[i - 1][j - 1] + 1 : Math.max(table[i - 1][j], table[i][j - 1]);
            }
        }
        return table;
    }

    private static List<String> walk(int[][] table, byte[] a, byte[] b) {
        List<String> runs = new ArrayList<>();
        int i = a.length;
        int j = b.length;
        int run = 0;
        while (i > 0 && j > 0) {
            if (a[i - 1] == b[j - 1]) {
                i--;
                j--;
                run++;
                if (i == 0 || j == 0 || a[i - 1] != b[j - 1]) {
                    runs.add(i + " " + j + " " + run);
                    run = 0;
                }
            } else if (table[i - 1][j] > table[i][j - 1]) {
                i--;
            } else {
                j--;
            }
        }
        return runs;
    }

    private static List<String> runs(Lcs.Subsequence common) {
        List<String> runs = new ArrayList<>();
        common.ranges((startA, startB, length) -> runs.add(startA + " " + startB + " " + length));
        return runs;
    }
}
