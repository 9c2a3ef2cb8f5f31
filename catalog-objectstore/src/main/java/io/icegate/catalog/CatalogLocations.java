package io.icegate.catalog;

import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.Folders;
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.ValidationException;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Decides where tables and views lie, and where they must not. Engines delete by folder. So
 * the folders of a table neither hold nor lie in a folder of the catalog or the WAL, and they belong to that table alone.
 */
final class CatalogLocations
{
    static final String LOCATION_PROPERTY = "location";
    private static final List<String> RESERVED = List.of("_catalog", "_wal", "_live");
    private static final List<String> PATH_PROPERTIES = List.of("write.data.path", "write.metadata.path", "write.object-storage.path", "write.folder-storage.path");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_=+@,()-][A-Za-z0-9_.=+@,() -]*");
    /**
     * A file system allows 255 bytes per folder name. This leaves room for a digest and a UUID.
     */
    private static final int FOLDER_CHARACTERS_MAX = 150;

    private final String root;

    CatalogLocations(String root)
    {
        this.root = root;
    }

    /**
     * A folder that no table or view has had before. The name is in it for people, the UUID makes it unique: a table that
     * is renamed keeps its folder, and another that gets its name must not share it.
     */
    String unique(CatalogState state, TableIdentifier identifier, UUID id)
    {
        return namespace(state, identifier.namespace()) + "/" + folder(identifier.name()) + "-" + id.toString().replace("-", "");
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
        if (name.length() <= FOLDER_CHARACTERS_MAX && PLAIN.matcher(name).matches()) {
            return name;
        }
        String plain = name.replaceAll("[^A-Za-z0-9_-]", "_");
        return plain.substring(0, Math.min(plain.length(), FOLDER_CHARACTERS_MAX)) + "-" + RequestDigest.of(name).substring(0, 16);
    }

    /**
     * Where a table with this location and these properties puts its files.
     *
     * @throws ValidationException when its data or metadata would mix with ours
     */
    Set<String> folders(String location, Map<String, String> properties)
    {
        Set<String> folders = new TreeSet<>();
        folders.add(verified(location));
        for (String property : PATH_PROPERTIES) {
            String path = properties.get(property);
            if (path != null) {
                folders.add(verified(path));
            }
        }
        return folders;
    }

    /**
     * Says whether a file that the metadata of a table names can be the table's own. Metadata may name anything; in the
     * folders of the catalog and the WAL a table has what lies in a folder called like its UUID.
     *
     * @param file in the catalog's spelling
     */
    boolean mayOwn(String tableUuid, String file)
    {
        return RESERVED.stream().map(this::reserved).noneMatch(reserved -> Folders.isInside(file, reserved) && !file.substring(reserved.length()).contains("/" + tableUuid + "/"));
    }

    /**
     * The folder of the catalog or the WAL that a location is, lies in, or holds.
     *
     * @param location in the catalog's spelling
     */
    Optional<String> overlappingReserved(String location)
    {
        return RESERVED.stream().map(this::reserved).filter(reserved -> Folders.isInside(location, reserved) || Folders.isInside(reserved, location)).findFirst();
    }

    private String reserved(String name)
    {
        return root + "/" + name;
    }

    private String verified(String location)
    {
        String spelled = canonical(location);
        overlappingReserved(spelled).ifPresent(reserved -> {
            throw new ValidationException("Cannot use location %s for a table: it holds or lies in %s, which is the catalog's own", location, reserved);
        });
        return spelled;
    }

    static void verifyName(Namespace namespace)
    {
        if (!namespace.isEmpty() && namespace.level(0).startsWith("_")) {
            throw new ValidationException("Cannot create namespace %s: the name of a top-level namespace must not start with '_'", namespace);
        }
    }

    /**
     * The catalog's one spelling of a location: without a slash at the end, and without {@code .} and {@code ..} where a
     * file system would follow them.
     */
    static String canonical(String location)
    {
        String spelled;
        try {
            spelled = Warehouses.canonical(oneScheme(location));
        }
        catch (IllegalArgumentException e) {
            return withoutSlash(location); // a store that only the configured FileIO knows
        }
        return spelled.startsWith("file:") ? "file:" + normalized(spelled.substring("file:".length())) : spelled;
    }

    /**
     * What other tools call the same store.
     */
    private static String oneScheme(String location)
    {
        return location.replaceFirst("^s3[an]://", "s3://")
                .replaceFirst("^(?:abfs|wasbs?)://", "abfss://")
                .replaceFirst("^(abfss://[^/@]+@[^/.]+)\\.blob\\.", "$1.dfs.");
    }

    private static String normalized(String path)
    {
        Deque<String> names = new ArrayDeque<>();
        for (String name : path.split("/+", -1)) {
            switch (name) {
                case "", "." -> {}
                case ".." -> names.pollLast();
                default -> names.addLast(name);
            }
        }
        return "/" + String.join("/", names);
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
