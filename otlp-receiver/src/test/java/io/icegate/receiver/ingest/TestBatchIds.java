package io.icegate.receiver.ingest;

import io.icegate.wal.BatchId;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

final class TestBatchIds
{
    private final BatchIds ids = new BatchIds(7, new Random(1));

    @Test
    void testEqualInEveryProcess()
    {
        BatchIds other = new BatchIds(7, new Random(2));
        assertThat(other.ofContent("acme", "logs", "", bytes("body"))).isEqualTo(ids.ofContent("acme", "logs", "", bytes("body")));
        assertThat(new BatchIds(8, new Random(1)).ofContent("acme", "logs", "", bytes("body"))).isNotEqualTo(ids.ofContent("acme", "logs", "", bytes("body")));
    }

    @Test
    void testEveryFieldCounts()
    {
        Set<BatchId> distinct = new HashSet<>();
        for (String tenant : new String[] {"a", "ab", ""}) {
            for (String signal : new String[] {"logs", "logsb"}) {
                for (String key : new String[] {"", "b", "bc"}) {
                    for (String body : new String[] {"", "c", "bc"}) {
                        distinct.add(ids.ofContent(tenant, signal, key, bytes(body)));
                    }
                }
            }
        }
        assertThat(distinct).hasSize(3 * 2 * 3 * 3);
    }

    @Test
    void testEveryByteOfTheBodyCounts()
    {
        byte[] body = new byte[2_000];
        Set<BatchId> distinct = new HashSet<>();
        for (int i = 0; i < body.length; i++) {
            body[i] ^= 1;
            distinct.add(ids.ofContent("acme", "logs", "", body));
            body[i] ^= 1;
        }
        distinct.add(ids.ofContent("acme", "logs", "", body));
        assertThat(distinct).hasSize(body.length + 1);
    }

    @Test
    void testUnique()
    {
        assertThat(ids.unique()).isNotEqualTo(ids.unique());
    }

    private static byte[] bytes(String text)
    {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
