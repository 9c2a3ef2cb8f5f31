package io.icegate.receiver.ingest;

import io.icegate.wal.BatchId;
import net.openhft.hashing.LongTupleHashFunction;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

import static java.util.Objects.requireNonNull;

/**
 * Recognises a repeated request: XXH3-128, seeded with the secret of the warehouse, over the length-prefixed tenant, signal
 * and idempotency key and the length and hash of the body, so that a large body is neither copied nor hashed twice. Equal
 * in every process that uses the warehouse. The key can tell equal bodies apart but never makes two bodies one.
 */
public final class BatchIds
{
    private final LongTupleHashFunction hash;
    private final RandomGenerator random;

    public BatchIds(long seed, RandomGenerator random)
    {
        this.hash = LongTupleHashFunction.xx128(seed);
        this.random = requireNonNull(random, "random is null");
    }

    public BatchId ofContent(String tenant, String signal, String idempotencyKey, byte[] body)
    {
        byte[] tenantBytes = tenant.getBytes(StandardCharsets.UTF_8);
        byte[] signalBytes = signal.getBytes(StandardCharsets.UTF_8);
        byte[] keyBytes = idempotencyKey.getBytes(StandardCharsets.UTF_8);
        long[] bodyHash = hash.hashBytes(body);
        ByteBuffer fields = ByteBuffer.allocate(4 * Integer.BYTES + tenantBytes.length + signalBytes.length + keyBytes.length + 2 * Long.BYTES)
                .putInt(tenantBytes.length).put(tenantBytes)
                .putInt(signalBytes.length).put(signalBytes)
                .putInt(keyBytes.length).put(keyBytes)
                .putInt(body.length).putLong(bodyHash[1]).putLong(bodyHash[0]);
        long[] id = hash.hashBytes(fields.array());
        return new BatchId(id[1], id[0]);
    }

    /**
     * For a request that is not to be recognised when it comes again.
     */
    public BatchId unique()
    {
        return new BatchId(random.nextLong(), random.nextLong());
    }
}
