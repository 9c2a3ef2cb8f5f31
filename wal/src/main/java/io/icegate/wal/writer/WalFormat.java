package io.icegate.wal.writer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.StoredObject;
import io.icegate.wal.WalException;
import io.icegate.wal.WalLayout;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;

import static io.icegate.wal.WalException.Kind.CORRUPT;
import static io.icegate.wal.WalException.Kind.UNAVAILABLE;

/**
 * {@code _wal/v1/format.json}: written once per warehouse by whoever comes first, then only read.
 *
 * @param seed of the batch ids; secret, so that nobody can build two bodies with one id
 */
public record WalFormat(long seed)
{
    private static final int FORMAT = 1;
    private static final int ATTEMPTS_MAX = 10;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * The format of the warehouse, created if it is new. However many processes call this at once, all get the same.
     *
     * @throws WalException UNAVAILABLE when the store does not answer, CORRUPT when the object cannot be read
     */
    public static WalFormat openOrCreate(ObjectStore store, RandomGenerator random)
    {
        byte[] fresh = "{\"format\":%s,\"seed\":\"%s\"}".formatted(FORMAT, HexFormat.of().toHexDigits(random.nextLong())).getBytes(StandardCharsets.UTF_8);
        IOException failure = null;
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            try {
                Optional<StoredObject> stored = store.get(WalLayout.FORMAT);
                if (stored.isPresent()) {
                    return parse(stored.orElseThrow().content());
                }
            }
            catch (IOException e) {
                failure = e;
                continue;
            }
            // whatever the answer is, what is stored then is the truth
            store.putIfAbsent(WalLayout.FORMAT, fresh);
        }
        throw new WalException(UNAVAILABLE, "Cannot read or create %s: the store did not answer".formatted(WalLayout.FORMAT), failure == null ? new IOException("the object does not appear") : failure);
    }

    private static WalFormat parse(byte[] content)
    {
        try {
            JsonNode root = MAPPER.readTree(content);
            int format = root.path("format").asInt(-1);
            if (format != FORMAT) {
                throw new IllegalArgumentException("format is %s, this version reads %s".formatted(format, FORMAT));
            }
            return new WalFormat(HexFormat.fromHexDigitsToLong(root.required("seed").asText()));
        }
        catch (IOException | IllegalArgumentException e) {
            throw new WalException(CORRUPT, "Cannot read %s: %s".formatted(WalLayout.FORMAT, e.getMessage()), e);
        }
    }
}
