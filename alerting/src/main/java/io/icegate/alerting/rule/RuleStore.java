package io.icegate.alerting.rule;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.OwnedObject;
import io.icegate.objectstore.OwnedObject.Settled;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.StoredObject;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * Versions of rules in the bucket: {@code _alerts/v1/rules/<tenant>/<group>/<version>.json}, one object for each, put if absent at the number after the newest. So of two
 * writers who both know version 7 one writes version 8, and the other is told. Safe for use by many threads.
 *
 * <p>Versions never change, so each is read once.
 */
public final class RuleStore
{
    /**
     * Source of versions that came over HTTP, beside names of files.
     */
    public static final String API_SOURCE = "api";

    static final ObjectKey FOLDER = new ObjectKey("_alerts/v1/rules");

    // what other names there are is none of ours; a number of more digits than fit into a long least of all
    private static final Pattern KEY = Pattern.compile(Pattern.quote(FOLDER.value()) + "/([^/]+)/([^/]+)/(0{10}\\d{10})\\.json");
    private static final HexFormat HEX = HexFormat.of();
    private static final int ID_BYTES = 16;

    private final ObjectStore store;
    private final RetryPolicy.Waiting waiting;
    // newest of each group, as it was read
    private final Map<GroupName, Read> known = new ConcurrentHashMap<>();

    private sealed interface Read
    {
        long version();
    }

    private record Readable(RuleVersion rules)
            implements Read
    {
        @Override
        public long version()
        {
            return rules.version();
        }
    }

    private record Unreadable(long version, IOException failure)
            implements Read {}

    /**
     * The newest version of each group.
     *
     * @param versions deleted groups too
     * @param failures groups whose newest version cannot be read, with the reason: they are to be left as they are
     */
    public record Newest(SortedMap<GroupName, RuleVersion> versions, SortedMap<GroupName, String> failures) {}

    /**
     * What became of a change.
     */
    public sealed interface Outcome {}

    /**
     * The version is stored.
     */
    public record Written(RuleVersion version)
            implements Outcome {}

    /**
     * Another version is the newest, and nothing was written.
     *
     * @param newest 0 when there is none
     */
    public record Moved(long newest)
            implements Outcome {}

    /**
     * The version is stored or will be or not; reading tells it, by its id.
     */
    public record Unknown(String id, Exception failure)
            implements Outcome {}

    public RuleStore(ObjectStore store, RetryPolicy.Waiting waiting)
    {
        this.store = requireNonNull(store, "store is null");
        this.waiting = requireNonNull(waiting, "waiting is null");
    }

    /**
     * Reads the newest versions. One listing of all versions, and a request for each group that changed since the last call.
     *
     * @throws IOException when the store does not answer
     */
    public Newest newest()
            throws IOException
    {
        SortedMap<GroupName, Long> numbers = numbers(FOLDER);
        known.keySet().retainAll(numbers.keySet());
        SortedMap<GroupName, RuleVersion> versions = new TreeMap<>();
        SortedMap<GroupName, String> failures = new TreeMap<>();
        for (Map.Entry<GroupName, Long> entry : numbers.entrySet()) {
            switch (newest(entry.getKey(), entry.getValue())) {
                case Readable readable -> versions.put(entry.getKey(), readable.rules());
                case Unreadable unreadable -> failures.put(entry.getKey(), String.valueOf(unreadable.failure().getMessage()));
            }
        }
        return new Newest(versions, failures);
    }

    /**
     * Whether anybody ever wrote a rule: one request.
     */
    public boolean isUsed()
            throws IOException
    {
        return !store.list(FOLDER, Optional.empty(), 1).objects().isEmpty();
    }

    /**
     * The newest version of one group; empty when there is none.
     *
     * @throws IOException when it cannot be read
     */
    public Optional<RuleVersion> newest(GroupName name)
            throws IOException
    {
        Long number = numbers(folder(name)).get(name);
        return number == null ? Optional.empty() : version(name, number);
    }

    /**
     * One version of a group; empty when there is none.
     *
     * @throws NewerFormatException when a newer program wrote it
     * @throws IOException when it cannot be read
     */
    public Optional<RuleVersion> version(GroupName name, long version)
            throws IOException
    {
        Optional<StoredObject> stored = store.get(key(name, version));
        return stored.isPresent() ? Optional.of(parse(name, version, stored.orElseThrow())) : Optional.empty();
    }

    /**
     * Numbers of all versions of a group, in order; at most {@link RuleLimits#VERSIONS_PER_GROUP_MAX}.
     *
     * @throws IOException when the store does not answer
     */
    public List<Long> versions(GroupName name)
            throws IOException
    {
        List<Long> versions = new ArrayList<>();
        forEachVersion(folder(name), (_, version) -> versions.add(version));
        return List.copyOf(versions);
    }

    /**
     * Writes the version after the newest one.
     *
     * @param expected the newest version as the caller knows it; 0 when there is to be none
     * @param group empty deletes it
     * @param id makes the object recognizable; 32 hex digits
     */
    public Outcome write(GroupName name, long expected, Optional<RuleGroup> group, Instant written, String by, String source, String id)
            throws IOException
    {
        long newest = Optional.ofNullable(numbers(folder(name)).get(name)).orElse(0L);
        if (newest != expected) {
            return new Moved(newest);
        }
        if (newest >= RuleLimits.VERSIONS_PER_GROUP_MAX) {
            throw new IOException("Cannot write rules of %s: it has %s versions, and no group may have more; use a group of another name".formatted(name, newest));
        }
        RuleVersion version = new RuleVersion(name, newest + 1, id, written, by, source, group);
        byte[] content = RuleVersionParser.toJson(version);
        Settled<StoredObject> settled = OwnedObject.settle(store, key(name, version.version()), content, stored -> isOurs(name, id, stored), RetryPolicy.of(waiting));
        return switch (settled.outcome()) {
            case OURS -> new Written(version);
            case FOREIGN -> new Moved(Optional.ofNullable(numbers(folder(name)).get(name)).orElse(version.version()));
            case UNKNOWN -> new Unknown(id, settled.failure().orElseThrow());
        };
    }

    /**
     * An id for {@link #write}.
     */
    public String id()
    {
        byte[] id = new byte[ID_BYTES];
        waiting.random().nextBytes(id);
        return HEX.formatHex(id);
    }

    private static boolean isOurs(GroupName name, String id, StoredObject stored)
    {
        try {
            return RuleVersionParser.fromJson(name, stored.content()).id().equals(id);
        }
        catch (IOException _) {
            return false; // we wrote none that we cannot read
        }
    }

    private Read newest(GroupName name, long number)
            throws IOException
    {
        Read read = known.get(name);
        if (read == null || read.version() != number) {
            read = read(name, number);
            known.put(name, read);
        }
        return read;
    }

    private Read read(GroupName name, long number)
            throws IOException
    {
        StoredObject stored = store.get(key(name, number)).orElseThrow(() -> new IOException("Cannot read version %s of %s: it was listed and is gone".formatted(number, name)));
        try {
            return new Readable(parse(name, number, stored));
        }
        catch (IOException e) {
            return new Unreadable(number, e); // it stays so: objects do not change
        }
    }

    private static RuleVersion parse(GroupName name, long number, StoredObject stored)
            throws IOException
    {
        RuleVersion version = RuleVersionParser.fromJson(name, stored.content());
        if (version.version() != number) {
            throw new IOException("Cannot read version %s of %s: the object says it is version %s".formatted(number, name, version.version()));
        }
        return version;
    }

    /**
     * Newest version of each group in a folder. Versions are in order, so the last one of a group counts.
     */
    private SortedMap<GroupName, Long> numbers(ObjectKey folder)
            throws IOException
    {
        SortedMap<GroupName, Long> numbers = new TreeMap<>();
        forEachVersion(folder, numbers::put);
        return numbers;
    }

    private void forEachVersion(ObjectKey folder, BiConsumer<GroupName, Long> action)
            throws IOException
    {
        Optional<ObjectKey> after = Optional.empty();
        while (true) {
            ListPage page = store.list(folder, after, ObjectStore.LIST_COUNT_MAX);
            for (ObjectHead object : page.objects()) {
                Matcher key = KEY.matcher(object.key().value());
                if (key.matches() && GroupName.isValid(key.group(2))) {
                    GroupName.tenantOfPath(key.group(1)).ifPresent(tenant -> action.accept(new GroupName(tenant, key.group(2)), Long.parseLong(key.group(3))));
                }
            }
            if (!page.truncated()) {
                return;
            }
            after = Optional.of(page.objects().getLast().key());
        }
    }

    private static ObjectKey folder(GroupName name)
    {
        return FOLDER.child(name.path());
    }

    private static ObjectKey key(GroupName name, long version)
    {
        return folder(name).child("%020d.json".formatted(version));
    }
}
