package io.icegate.server.access;

import io.icegate.server.access.AccessException.Reason;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The keys that are valid. Text form: one key per line, {@code name tenants sha256:hash [expiry] [read-only]}, with spaces between. Tenants are
 * separated by commas, or {@code *}. Empty lines and those that begin with {@code #} do not count.
 */
public final class ApiKeys
{
    /**
     * Keys of one list.
     */
    public static final int KEYS_MAX = 10_000;
    /**
     * Characters of a key: 128 bits in base 64, the least that cannot be guessed.
     */
    public static final int KEY_LENGTH_MIN = 22;
    /**
     * Characters of the longest key.
     */
    public static final int KEY_LENGTH_MAX = 512;

    private static final String ALL_TENANTS = "*";
    private static final String READ_ONLY = "read-only";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.@-]{1,128}");
    private static final Pattern SPACES = Pattern.compile("[ \t]+");
    private static final Pattern LINES = Pattern.compile("\r?\n");
    private static final Pattern LINES_OF_SETTING = Pattern.compile("[\n;]");
    private static final Pattern COMMAS = Pattern.compile(",");

    private final Map<KeyHash, Entry> keys;

    private record Entry(Principal principal, Optional<Instant> expires, int line) {}

    private ApiKeys(Map<KeyHash, Entry> keys)
    {
        this.keys = Map.copyOf(keys);
    }

    /**
     * Reads a file of keys.
     *
     * @throws IllegalArgumentException that names the line; it does not repeat the line, which may hold a key
     */
    public static ApiKeys parseFile(byte[] text)
    {
        try {
            return parse(LINES, UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString());
        }
        catch (CharacterCodingException _) {
            throw new IllegalArgumentException("it is not UTF-8");
        }
    }

    /**
     * Reads the value of a setting, in which a semicolon ends a line, too.
     *
     * @throws IllegalArgumentException that names the line; it does not repeat the line, which may hold a key
     */
    public static ApiKeys parseSetting(String text)
    {
        return parse(LINES_OF_SETTING, text);
    }

    private static ApiKeys parse(Pattern ends, String text)
    {
        Map<KeyHash, Entry> keys = new HashMap<>();
        String[] lines = ends.split(text, -1);
        for (int index = 0; index < lines.length; index++) {
            String line = lines[index].strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                add(keys, SPACES.split(line), index + 1);
            }
            catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line %s: %s".formatted(index + 1, e.getMessage()), e);
            }
        }
        return new ApiKeys(keys);
    }

    private static void add(Map<KeyHash, Entry> keys, String[] fields, int line)
    {
        boolean readOnly = fields.length > 3 && fields[fields.length - 1].equals(READ_ONLY);
        int count = readOnly ? fields.length - 1 : fields.length;
        if (count < 3 || count > 4) {
            throw new IllegalArgumentException("a key has a name, tenants, a hash and perhaps an expiry, and not %s fields".formatted(fields.length));
        }
        if (!NAME.matcher(fields[0]).matches()) {
            throw new IllegalArgumentException("the name does not match %s".formatted(NAME));
        }
        Principal principal = fields[1].equals(ALL_TENANTS) ? new Principal(fields[0], true, Set.of(), !readOnly) : new Principal(fields[0], false, tenants(fields[1]), !readOnly);
        KeyHash hash = KeyHash.parse(fields[2]);
        Entry former = keys.putIfAbsent(hash, new Entry(principal, count == 4 ? Optional.of(expiry(fields[3])) : Optional.empty(), line));
        if (former != null) {
            throw new IllegalArgumentException("the key is on line %s already".formatted(former.line()));
        }
        if (keys.size() > KEYS_MAX) {
            throw new IllegalArgumentException("there are more than %s keys".formatted(KEYS_MAX));
        }
    }

    private static Set<String> tenants(String field)
    {
        Set<String> tenants = new TreeSet<>();
        for (String tenant : COMMAS.split(field, -1)) {
            if (!TenantHeader.isValid(tenant)) {
                throw new IllegalArgumentException("tenants are '*', or match %s and have a comma between them".formatted(TenantHeader.PATTERN));
            }
            tenants.add(tenant);
        }
        return tenants;
    }

    private static Instant expiry(String field)
    {
        try {
            return Instant.parse(field);
        }
        catch (DateTimeException _) {
            throw new IllegalArgumentException("the expiry is no time like 2030-12-31T00:00:00Z");
        }
    }

    /**
     * Finds out whose key it is. What is in two lists counts as in the first.
     *
     * @throws AccessException when the key has expired
     */
    static Optional<Principal> find(List<ApiKeys> lists, String key, Instant now)
    {
        if (key.length() < KEY_LENGTH_MIN || key.length() > KEY_LENGTH_MAX) {
            return Optional.empty();
        }
        KeyHash hash = KeyHash.of(key);
        for (ApiKeys list : lists) {
            @Nullable Entry entry = list.keys.get(hash);
            if (entry != null) {
                if (entry.expires().filter(expires -> !now.isBefore(expires)).isPresent()) {
                    throw new AccessException(Reason.UNAUTHENTICATED, "Cannot accept request: the key of '%s' has expired".formatted(entry.principal().name()));
                }
                return Optional.of(entry.principal());
            }
        }
        return Optional.empty();
    }
}
