package io.icegate.wal.parquet;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

final class TestTextHash
{
    private static final int LENGTH_MAX = 40;

    /**
     * A text has one hash wherever it stands: at the end of an array, where eight bytes can no longer be read, and before other bytes.
     */
    @Test
    void testPlaces()
    {
        Random random = new Random(1);
        for (int length = 0; length <= LENGTH_MAX; length++) {
            byte[] text = new byte[length];
            random.nextBytes(text);
            int hash = TextHash.of(text, 0, length);
            for (int before = 0; before < Long.BYTES; before++) {
                for (int behind = 0; behind <= Long.BYTES; behind++) {
                    byte[] page = new byte[before + length + behind];
                    random.nextBytes(page);
                    System.arraycopy(text, 0, page, before, length);
                    assertThat(TextHash.of(page, before, length)).isEqualTo(hash);
                }
            }
        }
    }

    /**
     * Each byte counts, and so does the length.
     */
    @Test
    void testDifferentTexts()
    {
        for (int length = 1; length <= LENGTH_MAX; length++) {
            byte[] text = new byte[LENGTH_MAX];
            Set<Integer> hashes = new HashSet<>(Set.of(TextHash.of(text, 0, length)));
            for (int changed = 0; changed < length; changed++) {
                byte[] other = Arrays.copyOf(text, text.length);
                other[changed] = 1;
                hashes.add(TextHash.of(other, 0, length));
            }
            // two of them may meet, if rarely
            assertThat(hashes).hasSizeGreaterThanOrEqualTo(length);
        }
        Set<Integer> ofZeros = new HashSet<>();
        for (int length = 0; length <= LENGTH_MAX; length++) {
            ofZeros.add(TextHash.of(new byte[LENGTH_MAX], 0, length));
        }
        assertThat(ofZeros).hasSizeGreaterThanOrEqualTo(LENGTH_MAX);
    }
}
