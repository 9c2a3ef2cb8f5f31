package io.icegate.server.access;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * SHA-256 of a key. A fast hash is enough, because keys are random and long: nobody guesses 128 bits. Comparisons take the same time
 * wherever the first difference is.
 */
public final class KeyHash
{
    private static final String PREFIX = "sha256:";
    private static final Pattern TEXT = Pattern.compile(PREFIX + "[0-9a-f]{64}");

    private final byte[] digest;

    private KeyHash(byte[] digest)
    {
        this.digest = digest;
    }

    public static KeyHash of(String key)
    {
        try {
            return new KeyHash(MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8)));
        }
        catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Cannot compute SHA-256", e);
        }
    }

    /**
     * Reads {@link #toString}.
     *
     * @throws IllegalArgumentException when it is something else; the message does not repeat it, as it may be a key
     */
    public static KeyHash parse(String text)
    {
        if (!TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException("the hash of a key is '%s' and 64 digits of lower-case hex".formatted(PREFIX));
        }
        return new KeyHash(HexFormat.of().parseHex(text, PREFIX.length(), text.length()));
    }

    @Override
    public boolean equals(Object other)
    {
        return other instanceof KeyHash hash && MessageDigest.isEqual(digest, hash.digest);
    }

    @Override
    public int hashCode()
    {
        return Arrays.hashCode(digest);
    }

    @Override
    public String toString()
    {
        return PREFIX + HexFormat.of().formatHex(digest);
    }
}
