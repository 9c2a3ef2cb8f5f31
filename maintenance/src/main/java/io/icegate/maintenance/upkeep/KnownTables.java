package io.icegate.maintenance.upkeep;

import java.util.UUID;

/**
 * What the catalog has now.
 */
public interface KnownTables
{
    /**
     * True when there is a table of that UUID, under whatever name.
     */
    boolean has(UUID table);

    /**
     * True when a table or view owns a folder at, in or around the location.
     */
    boolean owns(String location);
}
