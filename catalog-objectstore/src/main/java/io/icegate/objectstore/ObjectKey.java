package io.icegate.objectstore;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Name of an object relative to the root of its store, for example {@code _catalog/log/00000000000000000042.json}.
 * A key also names a folder in {@link ObjectStore#list}: the folder {@code a/b} holds exactly the keys that start with
 * {@code a/b/}. Keys are ordered as stores list them: by the unsigned bytes of their UTF-8 form.
 */
public record ObjectKey(String value)
        implements Comparable<ObjectKey>
{
    /**
     * UTF-8 bytes of the longest key; S3 allows 1,024 and a warehouse prefix needs room.
     */
    public static final int BYTES_MAX = 900;

    public ObjectKey
    {
        requireNonNull(value, "value is null");
        problem(value).ifPresent(problem -> {
            throw new IllegalArgumentException("Cannot use object key '%s': %s".formatted(value, problem));
        });
    }

    /**
     * The key of that name; empty for names that others may give and we never do. Listings skip those.
     */
    public static Optional<ObjectKey> ofForeign(String value)
    {
        return problem(value).isEmpty() ? Optional.of(new ObjectKey(value)) : Optional.empty();
    }

    private static Optional<String> problem(String value)
    {
        if (value.isEmpty() || value.startsWith("/") || value.endsWith("/")) {
            return Optional.of("it must not be empty, nor start or end with '/'");
        }
        for (String part : value.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return Optional.of("empty, '.' and '..' parts are not allowed");
            }
        }
        if (value.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
            return Optional.of("longer than %s bytes".formatted(BYTES_MAX));
        }
        return Optional.empty();
    }

    public ObjectKey child(String name)
    {
        return new ObjectKey(value + "/" + name);
    }

    /**
     * The last part of the key.
     */
    public String name()
    {
        return value.substring(value.lastIndexOf('/') + 1);
    }

    /**
     * True when this key lies below the folder.
     */
    public boolean isBelow(ObjectKey folder)
    {
        return value.startsWith(folder.value + "/");
    }

    @Override
    public int compareTo(ObjectKey other)
    {
        return compareValues(value, other.value);
    }

    /**
     * The order of keys for texts that need not be keys: that of the unsigned UTF-8 bytes, which is the order of code
     * points. {@link String#compareTo} differs where surrogates meet the characters from U+E000 to U+FFFF.
     */
    public static int compareValues(String left, String right)
    {
        int length = Math.min(left.length(), right.length());
        for (int i = 0; i < length; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                boolean sameKind = Character.isSurrogate(a) == Character.isSurrogate(b);
                // a surrogate begins a code point from U+10000, above every character that is none
                return sameKind ? Character.compare(a, b) : (Character.isSurrogate(a) ? 1 : -1);
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    @Override
    public String toString()
    {
        return value;
    }
}
