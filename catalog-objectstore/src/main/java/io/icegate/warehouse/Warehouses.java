package io.icegate.warehouse;

import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.local.LocalObjectStore;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.objectstore.s3.S3ObjectStore;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

/**
 * Opens warehouses by their location. Five schemes:
 * <ul>
 * <li>{@code file:/data/wh}, also as {@code file:///data/wh} or the bare absolute path {@code /data/wh}: a folder;
 * <li>{@code s3://bucket/prefix}: needs the AWS SDK on the class path, which the others do not;
 * <li>{@code gs://bucket/prefix}: Google Cloud Storage, needs the jar {@code objectstore-gcs};
 * <li>{@code abfss://container@account.dfs.core.windows.net/prefix}: Azure Blob Storage, needs the jar {@code
 *     objectstore-azure};
 * <li>{@code memory:name}: the store of that name in this process.
 * </ul>
 * Locations are taken to the letter, nothing is percent-decoded.
 */
public final class Warehouses
{
    private static final Pattern FILE = Pattern.compile("(?:file:)?/+(.*)", Pattern.DOTALL);
    private static final String S3_SCHEME = "s3";
    /**
     * Scheme, authority and prefix. The authority of Azure names the container and the account.
     */
    private static final Pattern CLOUD = Pattern.compile("(?:(s3|gs)://([^/]+)|(abfss)://([^/@]+@[^/@]+))(?:/(.*))?", Pattern.DOTALL);
    private static final Map<String, String> JARS = Map.of("gs", "objectstore-gcs", "abfss", "objectstore-azure");
    private static final Pattern MEMORY = Pattern.compile("memory:([^/]+)(?:/.*)?", Pattern.DOTALL);

    private Warehouses() {}

    /**
     * A location in a bucket.
     */
    private record CloudLocation(String scheme, String authority, String prefix)
    {
        private static Optional<CloudLocation> of(String location)
        {
            Matcher matcher = CLOUD.matcher(location);
            if (!matcher.matches()) {
                return Optional.empty();
            }
            boolean isAzure = matcher.group(3) != null;
            return Optional.of(new CloudLocation(
                    matcher.group(isAzure ? 3 : 1),
                    matcher.group(isAzure ? 4 : 2),
                    requireNonNullElse(matcher.group(5), "")));
        }

        private String bucket()
        {
            return scheme + "://" + authority;
        }

        private ObjectStore open(Map<String, String> properties)
        {
            return scheme.equals(S3_SCHEME) ? openS3(authority, prefix, properties) : opener(this).open(authority, prefix, properties);
        }
    }

    /**
     * Opens the store of a warehouse; nothing is asked or created yet.
     *
     * @param properties those of the S3 store: {@code s3.endpoint}, {@code s3.path-style-access}, {@code s3.access-key-id},
     *         {@code s3.secret-access-key}, {@code s3.session-token}, {@code client.region}; what is absent comes from the
     *         usual environment of AWS. The adapters of the other clouds name theirs. Others are ignored.
     * @throws IllegalArgumentException when the location is of no known form
     * @throws IllegalStateException when the adapter of the cloud, or what it needs, is not on the class path
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
        return new Warehouse(root, CloudLocation.of(root).orElseThrow(() -> unknown(warehouse)).open(properties));
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
        if (CLOUD.matcher(location).matches() || MEMORY.matcher(location).matches()) {
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
        Optional<CloudLocation> cloud = CloudLocation.of(location);
        if (cloud.isPresent()) {
            return cloud.orElseThrow().bucket();
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
        return CLOUD.matcher(location).matches();
    }

    /**
     * True for a folder.
     */
    public static boolean isLocal(String location)
    {
        return FILE.matcher(location).matches();
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

    private static StoreOpener opener(CloudLocation location)
    {
        return ServiceLoader.load(StoreOpener.class, Warehouses.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .filter(opener -> opener.scheme().equals(location.scheme()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Cannot open warehouse %s/%s: the jar %s is not on the class path".formatted(
                        location.bucket(), location.prefix(), JARS.get(location.scheme()))));
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
        return new IllegalArgumentException("Cannot open location '%s': it must be file:/path, an absolute path, s3://bucket/prefix, gs://bucket/prefix, abfss://container@account.dfs.core.windows.net/prefix or memory:name".formatted(location));
    }
}
