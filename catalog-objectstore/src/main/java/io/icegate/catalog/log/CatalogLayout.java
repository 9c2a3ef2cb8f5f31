package io.icegate.catalog.log;

import io.icegate.objectstore.ObjectKey;

import java.util.Locale;
import java.util.OptionalLong;

/**
 * Keys of the catalog's objects. Versions have 20 digits, so the order of the keys is the order of the log.
 */
final class CatalogLayout
{
    static final ObjectKey ROOT = new ObjectKey("_catalog");
    static final ObjectKey FORMAT = ROOT.child("format.json");
    static final ObjectKey LOG = ROOT.child("log");
    static final ObjectKey CHECKPOINTS = ROOT.child("ckpt");
    static final ObjectKey FLOORS = ROOT.child("gc");
    private static final int DIGITS = 20;

    private CatalogLayout() {}

    static ObjectKey record(long version)
    {
        return LOG.child(digits(version) + ".json");
    }

    static ObjectKey checkpoint(long version)
    {
        return CHECKPOINTS.child(digits(version) + ".json");
    }

    static ObjectKey floor(long version)
    {
        return FLOORS.child(digits(version));
    }

    /**
     * The version in the name of a record, checkpoint or floor; empty for anything else that lies there.
     */
    static OptionalLong version(ObjectKey key)
    {
        String name = key.name();
        String digits = name.endsWith(".json") ? name.substring(0, name.length() - ".json".length()) : name;
        if (digits.length() != DIGITS || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(digits));
        }
        catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static String digits(long version)
    {
        return String.format(Locale.ROOT, "%0" + DIGITS + "d", version);
    }
}
