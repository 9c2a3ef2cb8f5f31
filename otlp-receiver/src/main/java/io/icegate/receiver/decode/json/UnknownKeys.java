package io.icegate.receiver.decode.json;

import com.fasterxml.jackson.core.JsonStreamContext;
import io.icegate.server.NearestName;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Collects the unknown keys of one request that look like a mistake. A receiver has to ignore keys that it does not know, and
 * exporters log each remark, so a client that is newer than we are must not get one with every request.
 * <p>
 * A key looks like a mistake when it differs from a known one in case and separators only, like {@code trace_id}. So do all
 * keys of an object in which no key is known, because everything in that object is lost.
 */
final class UnknownKeys
{
    /**
     * Keys of one object that are looked at. Bounds memory.
     */
    private static final int KEYS_MAX = 64;

    private int count;
    private String first = "";

    /**
     * Adds a key to those of an object, which are mostly none.
     */
    static List<String> with(List<String> names, String name)
    {
        if (names.size() >= KEYS_MAX) {
            return names;
        }
        List<String> more = names.isEmpty() ? new ArrayList<>(1) : names;
        more.add(name);
        return more;
    }

    /**
     * Adds the unknown keys of an object.
     *
     * @param object where the object is
     * @param known whether any key of the object is known
     */
    void add(JsonStreamContext object, List<String> names, JsonMessage type, boolean known)
    {
        for (String name : names) {
            if (known && !type.isSpelling(name)) {
                continue;
            }
            count++;
            if (count == 1) {
                String shown = NearestName.clip(name);
                String escaped = shown.replace("~", "~0").replace("/", "~1");
                first = "'%s' at %s/%s; the nearest known key there is '%s'".formatted(shown, object.pathAsPointer(), escaped, NearestName.of(name, type.names()).orElse(""));
            }
        }
    }

    /**
     * The sentence for the client; empty when no key looks like a mistake.
     */
    Optional<String> remark()
    {
        return count == 0 ? Optional.empty() : Optional.of("%s ignored that OTLP does not know, first %s".formatted(count == 1 ? "1 key" : count + " keys", first));
    }
}
