package io.icegate.catalog;

import io.icegate.objectstore.Warehouses;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.ValidationException;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Where tables lie, and where they must not: a table location holds nothing of ours and lies in nothing of ours, because
 * any engine may delete what it does not know below a table location.
 */
final class CatalogLocations
{
    static final String LOCATION_PROPERTY = "location";
    private static final List<String> RESERVED = List.of("_catalog", "_wal", "_live");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_=+@,()-][A-Za-z0-9_.=+@,() -]*");

    private final String root;

    CatalogLocations(String root)
    {
        this.root = root;
    }

    String table(CatalogState state, TableIdentifier identifier, String tableFolder)
    {
        return namespace(state, identifier.namespace()) + "/" + folder(tableFolder);
    }

    private String namespace(CatalogState state, Namespace namespace)
    {
        String location = state.properties(namespace).get(LOCATION_PROPERTY);
        if (location != null) {
            return withoutSlash(location);
        }
        StringBuilder path = new StringBuilder(root);
        for (String level : namespace.levels()) {
            path.append('/').append(folder(level));
        }
        return path.toString();
    }

    /**
     * A name as one folder. Names may hold anything, also slashes: those that are no plain folder name get a digest, so
     * that two names never share a folder.
     */
    static String folder(String name)
    {
        if (PLAIN.matcher(name).matches()) {
            return name;
        }
        return name.replaceAll("[^A-Za-z0-9_-]", "_") + "-" + RequestDigest.of(name).substring(0, 16);
    }

    /**
     * @throws ValidationException when data or metadata of a table would mix with ours
     */
    void verify(String location, Map<String, String> properties)
    {
        verify(location);
        for (String property : List.of("write.data.path", "write.metadata.path", "write.object-storage.path", "write.folder-storage.path")) {
            String path = properties.get(property);
            if (path != null) {
                verify(path);
            }
        }
    }

    void verify(String location)
    {
        String spelled = canonical(location);
        for (String name : RESERVED) {
            String reserved = root + "/" + name;
            if (spelled.equals(reserved) || spelled.startsWith(reserved + "/") || reserved.startsWith(spelled + "/")) {
                throw new ValidationException("Cannot use location %s for a table: it holds or lies in %s, which is the catalog's own", location, reserved);
            }
        }
    }

    static void verifyName(Namespace namespace)
    {
        if (!namespace.isEmpty() && namespace.level(0).startsWith("_")) {
            throw new ValidationException("Cannot create namespace %s: the name of a top-level namespace must not start with '_'", namespace);
        }
    }

    private static String canonical(String location)
    {
        try {
            return Warehouses.canonical(location.replaceFirst("^s3[an]://", "s3://"));
        }
        catch (IllegalArgumentException e) {
            return withoutSlash(location); // a store that only the configured FileIO knows
        }
    }

    private static String withoutSlash(String location)
    {
        String result = location;
        while (result.endsWith("/") && !result.endsWith("://")) {
            result = result.substring(0, result.length() - 1);
        }
        return result;
    }
}
