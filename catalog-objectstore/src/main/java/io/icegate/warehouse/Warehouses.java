package io.icegate.warehouse;

import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.local.LocalObjectStore;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.objectstore.s3.S3ObjectStore;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * Opens warehouses by their location. Three schemes:
 * <ul>
 * <li>{@code file:/data/wh}, also as {@code file:///data/wh} or the bare absolute path {@code /data/wh}: a folder;
 * <li>{@code s3://bucket/prefix}: needs the AWS SDK on the class path, which the other two do not;
 * <li>{@code memory:name}: the store of that name in this process.
 * </ul>
 * Locations are taken to the letter, nothing is percent-decoded.
 */
public final class Warehouses
{
    private static final Pattern FILE = Pattern.compile("(?:file:)?/+(.*)", Pattern.DOTALL);
    private static final Pattern S3 = Pattern.compile("s3://([^/]+)(?:/(.*))?", Pattern.DOTALL);
    private static final Pattern MEMORY = Pattern.compile("memory:([^/]+)(?:/.*)?", Pattern.DOTALL);

    private Warehouses() {}

    /**
     * Opens the store of a warehouse; nothing is asked or created yet.
     *
     * @param properties those of the S3 store: {@code s3.endpoint}, {@code s3.path-style-access}, {@code s3.access-key-id},
     *         {@code s3.secret-access-key}, {@code s3.session-token}, {@code client.region}; what is absent comes from the
     *         usual environment of AWS. Others are ignored.
     * @throws IllegalArgumentException when the location is of no known form
     */
    public static Warehouse open(String warehouse, Map<String, String> properties)
    {
        requireNonNull(properties, "properties is null");
        String root = canonical(requireNonNull(warehouse, "warehouse is null"));
        if (root.startsWith("file:")) {
            return new Warehouse(root, new LocalObjectStore(Path.of(root.substring("file:".length()))));
        }
        if (root.startsWith("memory:")) {
            return new Warehouse(root, MemoryObjectStore.named(root.substring("memory:".length())));
        }
        Matcher s3 = S3.matcher(root);
        if (s3.matches()) {
            String prefix = s3.group(2);
            return new Warehouse(root, openS3(s3.group(1), prefix == null ? "" : prefix, properties));
        }
        throw unknown(warehouse);
    }

    /**
     * The one spelling of a location: one slash after {@code file:}, none at the end.
     */
    public static String canonical(String location)
    {
        Matcher file = FILE.matcher(location);
        if (file.matches()) {
            return "file:/" + withoutSlashes(file.group(1));
        }
        if (S3.matcher(location).matches() || MEMORY.matcher(location).matches()) {
            return withoutSlashes(location);
        }
        throw unknown(location);
    }

    /**
     * The widest warehouse that holds a location: the file system, the bucket or the store by name.
     */
    public static String widestRoot(String location)
    {
        if (FILE.matcher(location).matches()) {
            return "file:/";
        }
        Matcher s3 = S3.matcher(location);
        if (s3.matches()) {
            return "s3://" + s3.group(1);
        }
        Matcher memory = MEMORY.matcher(location);
        if (memory.matches()) {
            return "memory:" + memory.group(1);
        }
        throw unknown(location);
    }

    /**
     * True when the store of a location takes money for each request, rather than for space only.
     */
    public static boolean isPriced(String location)
    {
        return S3.matcher(location).matches();
    }

    private static ObjectStore openS3(String bucket, String prefix, Map<String, String> properties)
    {
        try {
            return S3ObjectStore.open(bucket, prefix, properties);
        }
        catch (NoClassDefFoundError e) {
            throw new IllegalStateException("Cannot open warehouse s3://%s/%s: the AWS SDK is not on the class path: %s".formatted(bucket, prefix, e.getMessage()), e);
        }
    }

    private static String withoutSlashes(String text)
    {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '/') {
            end--;
        }
        return text.substring(0, end);
    }

    private static IllegalArgumentException unknown(String location)
    {
        return new IllegalArgumentException("Cannot open location '%s': it must be file:/path, an absolute path, s3://bucket/prefix or memory:name".formatted(location));
    }
}
