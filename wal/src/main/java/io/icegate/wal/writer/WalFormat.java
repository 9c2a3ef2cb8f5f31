package io.icegate.wal.writer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.OwnedObject;
import io.icegate.objectstore.OwnedObject.Settled;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.StoredObject;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalException;
import io.icegate.wal.WalLayout;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

import static io.icegate.wal.WalException.Kind.CORRUPT;
import static io.icegate.wal.WalException.Kind.UNAVAILABLE;

/**
 * Content of {@code _wal/v1/format.json}. The first writer of a warehouse stores it, and it never changes.
 *
 * @param seed of the batch ids; secret, so that no client can build two bodies with one id
 */
public record WalFormat(long seed)
{
    /**
     * 4: batches carry the time of their acceptance. 3: a segment has one time of ingest. 2: ids are hex texts. 1: ids were bytes.
     */
    private static final int FORMAT = 4;
    private static final int ATTEMPTS_MAX = 10;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * Returns the format of the warehouse, and creates it in a new one. Processes that call this at once all get the same.
     *
     * @throws WalException UNAVAILABLE when the store does not answer, CORRUPT when the object cannot be read
     */
    public static WalFormat openOrCreate(ObjectStore store, WalEnvironment environment)
    {
        try {
            Optional<StoredObject> stored = store.get(WalLayout.FORMAT);
            if (stored.isPresent()) {
                return parse(stored.orElseThrow().content());
            }
        }
        catch (IOException e) {
            // settling asks again
        }
        byte[] fresh = "{\"format\":%s,\"seed\":\"%s\"}".formatted(FORMAT, HexFormat.of().toHexDigits(environment.random().nextLong())).getBytes(StandardCharsets.UTF_8);
        Settled<StoredObject> settled = OwnedObject.settle(
                store,
                WalLayout.FORMAT,
                fresh,
                stored -> Arrays.equals(stored.content(), fresh),
                RetryPolicy.of(environment.waiting()).withAttemptsMax(ATTEMPTS_MAX));
        return switch (settled.outcome()) {
            case OURS -> parse(fresh);
            case FOREIGN -> parse(settled.stored().orElseThrow().content());
            case UNKNOWN -> {
                Exception failure = settled.failure().orElseThrow();
                throw new WalException(UNAVAILABLE, "Cannot read or create %s: %s".formatted(WalLayout.FORMAT, failure.getMessage()), failure);
            }
        };
    }

    private static WalFormat parse(byte[] content)
    {
        try {
            JsonNode root = MAPPER.readTree(content);
            int format = root.required("format").asInt();
            if (format != FORMAT) {
                throw new WalException(CORRUPT, "Cannot open the WAL: its format is version %s, this program knows version %s only".formatted(format, FORMAT));
            }
            return new WalFormat(HexFormat.fromHexDigitsToLong(root.required("seed").asText()));
        }
        catch (IOException | IllegalArgumentException e) {
            throw new WalException(CORRUPT, "Cannot read %s: %s".formatted(WalLayout.FORMAT, e.getMessage()), e);
        }
    }
}
