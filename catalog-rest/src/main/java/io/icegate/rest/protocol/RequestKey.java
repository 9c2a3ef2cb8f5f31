package io.icegate.rest.protocol;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/**
 * Names a request that a client may send again: the {@code Idempotency-Key}, and a digest of what is asked for.
 */
record RequestKey(String id, String digest)
{
    /**
     * @throws IllegalArgumentException when the key is no UUID
     */
    static RequestKey of(String key, String method, String path, byte[] body)
    {
        UUID id;
        try {
            id = UUID.fromString(key);
        }
        catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Cannot use header Idempotency-Key: it is no UUID", e);
        }
        MessageDigest digest = sha256();
        digest.update((method + " " + path + "\n").getBytes(StandardCharsets.UTF_8));
        return new RequestKey(id.toString(), HexFormat.of().formatHex(digest.digest(body)));
    }

    static MessageDigest sha256()
    {
        try {
            return MessageDigest.getInstance("SHA-256");
        }
        catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Cannot compute a digest: every JDK has SHA-256", e);
        }
    }
}
