package io.icegate.wal;

import io.icegate.objectstore.ObjectKey;

import java.util.UUID;

/**
 * Where the objects of the WAL lie in a warehouse. Normative, see docs/format.
 */
public final class WalLayout
{
    public static final ObjectKey ROOT = new ObjectKey("_wal/v1");
    public static final ObjectKey FORMAT = ROOT.child("format.json");
    public static final ObjectKey WRITERS = ROOT.child("_writers");
    /**
     * A numbered object for each start of a writer, so that one question tells whether there are new ones.
     */
    public static final ObjectKey STARTS = ROOT.child("_starts");
    /**
     * What maintenance did, one object for each table.
     */
    public static final ObjectKey UPKEEP = ROOT.child("_upkeep");
    /**
     * Scratch files of live reads; nothing there is ever needed again.
     */
    public static final ObjectKey LIVE = new ObjectKey("_live/v1");

    private WalLayout() {}

    public static ObjectKey registryEntry(WriterId writer)
    {
        return WRITERS.child(writer + ".json");
    }

    public static ObjectKey heartbeat(WriterId writer)
    {
        return WRITERS.child(writer + ".alive");
    }

    /**
     * @param number 1, 2, … without gaps
     */
    public static ObjectKey start(long number)
    {
        return STARTS.child("%020d".formatted(number));
    }

    /**
     * Who commits the table at present.
     */
    public static ObjectKey committer(UUID table)
    {
        return ROOT.child("_committers").child(table + ".json");
    }

    /**
     * Who keeps the table in order at present.
     */
    public static ObjectKey maintainer(UUID table)
    {
        return ROOT.child("_maintainers").child(table + ".json");
    }

    /**
     * That statements change rows of the table at present.
     */
    public static ObjectKey statements(UUID table)
    {
        return ROOT.child("_statements").child(table + ".json");
    }

    /**
     * What maintenance did in the table.
     */
    public static ObjectKey upkeep(UUID table)
    {
        return UPKEEP.child(table + ".json");
    }

    /**
     * Folder of everything that the WAL has of the table, but for what is shared with others.
     */
    public static ObjectKey table(UUID table)
    {
        return ROOT.child(table.toString());
    }

    /**
     * Folder of the delete files and manifests of live reads.
     */
    public static ObjectKey live(UUID table)
    {
        return LIVE.child(table.toString());
    }

    public static ObjectKey segments(UUID table, WriterId writer)
    {
        return table(table).child(writer.toString());
    }

    /**
     * Which batches of a table are committed, see docs/format/wal.md.
     */
    public static ObjectKey batchIndexes(UUID table)
    {
        return table(table).child("_batches");
    }

    public static ObjectKey batchIndex(UUID table, String name)
    {
        return batchIndexes(table).child(name);
    }
}
