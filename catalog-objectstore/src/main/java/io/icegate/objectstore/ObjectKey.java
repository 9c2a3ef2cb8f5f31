package io.icegate.objectstore;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

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
        if (value.isEmpty() || value.startsWith("/") || value.endsWith("/")) {
            throw new IllegalArgumentException("Cannot use object key '%s': it must not be empty, nor start or end with '/'".formatted(value));
        }
        for (String part : value.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw new IllegalArgumentException("Cannot use object key '%s': empty, '.' and '..' parts are not allowed".formatted(value));
            }
        }
        if (value.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
            throw new IllegalArgumentException("Cannot use object key '%s': longer than %s bytes".formatted(value, BYTES_MAX));
        }
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
        return Arrays.compareUnsigned(value.getBytes(StandardCharsets.UTF_8), other.value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString()
    {
        return value;
    }
}
