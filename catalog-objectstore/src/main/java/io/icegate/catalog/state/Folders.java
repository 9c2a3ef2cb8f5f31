package io.icegate.catalog.state;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

import static java.util.Collections.emptySortedSet;
import static java.util.Collections.unmodifiableSortedSet;

/**
 * Folders that belong to one table or view alone, none of them inside another.
 *
 * @param paths absolute, in the catalog's spelling, without a slash at the end
 */
public record Folders(SortedSet<String> paths)
{
    /**
     * A table that moves keeps what it had, because its old files are still there.
     */
    public static final int COUNT_MAX = 64;
    public static final Folders NONE = new Folders(emptySortedSet());

    public Folders
    {
        paths = unmodifiableSortedSet(outermost(paths));
        if (paths.size() > COUNT_MAX) {
            throw new IllegalArgumentException("Cannot own %s folders: at most %s".formatted(paths.size(), COUNT_MAX));
        }
    }

    public static Folders of(Collection<String> paths)
    {
        return new Folders(new TreeSet<>(paths));
    }

    private static SortedSet<String> outermost(SortedSet<String> paths)
    {
        SortedSet<String> found = new TreeSet<>();
        for (String path : paths) {
            if (paths.stream().noneMatch(other -> !other.equals(path) && isInside(path, other))) {
                found.add(path);
            }
        }
        return found;
    }

    public Folders with(Folders more)
    {
        if (more.paths.stream().allMatch(this::covers)) {
            return this;
        }
        List<String> all = new ArrayList<>(paths);
        all.addAll(more.paths);
        return of(all);
    }

    /**
     * True when the path is one of the folders or lies in one.
     */
    public boolean covers(String path)
    {
        return paths.stream().anyMatch(folder -> isInside(path, folder));
    }

    /**
     * True for the folder itself too.
     */
    public static boolean isInside(String path, String folder)
    {
        return prefix(path).startsWith(prefix(folder));
    }

    /**
     * What the names of everything in the folder begin with.
     */
    public static String prefix(String folder)
    {
        return folder.endsWith("/") ? folder : folder + "/";
    }

    /**
     * Whose folders are where. Finds owners at, in and around a path in time that does not depend on their number.
     */
    public record Owners<T>(PersistentMap<String, T> byPrefix)
    {
        static <T> Owners<T> none()
        {
            return new Owners<>(PersistentMap.empty(Comparator.<String>naturalOrder()));
        }

        Owners<T> with(Folders folders, T owner)
        {
            PersistentMap<String, T> next = byPrefix;
            for (String path : folders.paths) {
                next = next.with(prefix(path), owner);
            }
            return new Owners<>(next);
        }

        Owners<T> without(Folders folders)
        {
            PersistentMap<String, T> next = byPrefix;
            for (String path : folders.paths) {
                next = next.without(prefix(path));
            }
            return new Owners<>(next);
        }

        /**
         * An owner whose folder is the path, lies in it, or holds it.
         */
        Optional<Entry<String, T>> overlapping(String path)
        {
            String prefix = prefix(path);
            for (int slash = prefix.indexOf('/'); slash >= 0; slash = prefix.indexOf('/', slash + 1)) {
                String outer = prefix.substring(0, slash + 1);
                Optional<T> owner = byPrefix.get(outer);
                if (owner.isPresent()) {
                    return Optional.of(Map.entry(outer, owner.orElseThrow()));
                }
            }
            return byPrefix.ceiling(prefix).filter(entry -> entry.getKey().startsWith(prefix));
        }
    }
}
