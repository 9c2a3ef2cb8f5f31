package io.icegate.wal.read;

import io.icegate.objectstore.ObjectKey;
import io.icegate.wal.WalLayout;

import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Names of the manifests of live snapshots, which are those that Iceberg gives to manifests. They are never needed for long: whoever
 * answers with one writes it anew after {@link LiveSnapshots#AGE_MAX}.
 */
public final class LiveManifestName
{
    private static final Pattern NAME = Pattern.compile("(snap-[0-9]+-[0-9]+-)?[0-9a-f-]{36}(-m[0-9]+)?\\.avro");

    private LiveManifestName() {}

    static ObjectKey of(UUID table, String fileName)
    {
        return WalLayout.live(table).child(fileName);
    }

    /**
     * Whether an object in the folder of a table's live reads is a manifest or a list of manifests.
     */
    public static boolean isManifest(ObjectKey key)
    {
        return NAME.matcher(key.name()).matches();
    }
}
