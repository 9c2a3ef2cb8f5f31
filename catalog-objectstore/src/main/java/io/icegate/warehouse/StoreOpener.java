package io.icegate.warehouse;

import io.icegate.objectstore.ObjectStore;

import java.util.Map;

/**
 * Opens the stores of one cloud, whose adapter lies in a jar of its own: who does not use the cloud carries none of its
 * libraries. {@link Warehouses} finds openers with the {@link java.util.ServiceLoader}, in the class loader of this package.
 */
public interface StoreOpener
{
    /**
     * The scheme of the locations, such as {@code gs}.
     */
    String scheme();

    /**
     * Opens a folder of a bucket; nothing is asked yet.
     *
     * @param authority what stands between the scheme and the path of a location, never empty
     * @param prefix without slashes around it; empty for the whole bucket
     * @param properties those of the catalog: others than the adapter's own are ignored
     * @throws IllegalArgumentException naming all properties that are wrong
     */
    ObjectStore open(String authority, String prefix, Map<String, String> properties);
}
