package io.icegate.alerting.rule;

import com.google.common.base.CharMatcher;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * A group of rules of one tenant: the unit of versions, of ownership and of state.
 *
 * @param group {@code [a-z0-9-]{1,63}}
 */
public record GroupName(String tenant, String group)
        implements Comparable<GroupName>
{
    /**
     * In place of a tenant, for the group that sees the rows of all. No receiver takes it as the name of one.
     */
    public static final String ALL_TENANTS = "*";
    /**
     * Tenant of the events of that group.
     */
    private static final String OWN_TENANT = "icegate";

    private static final Pattern GROUP = Pattern.compile("[a-z0-9-]{1,63}");
    private static final CharMatcher PLAIN = CharMatcher.inRange('a', 'z')
            .or(CharMatcher.inRange('A', 'Z'))
            .or(CharMatcher.inRange('0', '9'))
            .or(CharMatcher.anyOf("_@-"))
            .precomputed();

    public GroupName
    {
        requireNonNull(tenant, "tenant is null");
        if (tenant.isEmpty()) {
            throw new IllegalArgumentException("Invalid name of a tenant: it is empty");
        }
        if (!isValid(group)) {
            throw new IllegalArgumentException("Invalid name of a group '%s': must be 1 to 63 of a-z, 0-9 and -".formatted(group));
        }
    }

    public static boolean isValid(String group)
    {
        return GROUP.matcher(group).matches();
    }

    /**
     * The tenant that the events of this group are written for.
     */
    public String eventTenant()
    {
        return tenant.equals(ALL_TENANTS) ? OWN_TENANT : tenant;
    }

    /**
     * Returns both names as they stand in object keys, with a slash between. Tenants as the receiver takes them stand there as they are, but for a first dot:
     * everything else is percent-encoded, so that no two tenants share a folder.
     */
    public String path()
    {
        StringBuilder path = new StringBuilder();
        for (byte unit : tenant.getBytes(StandardCharsets.UTF_8)) {
            char character = (char) (unit & 0xFF);
            if (PLAIN.matches(character) || (character == '.' && !path.isEmpty())) {
                path.append(character);
            }
            else {
                path.append('%').append(HexFormat.of().withUpperCase().toHexDigits(unit));
            }
        }
        return path.append('/').append(group).toString();
    }

    /**
     * The tenant whose folder is called so in {@link #path}; empty when none is.
     */
    public static Optional<String> tenantOfPath(String folder)
    {
        try {
            // plus is no blank in a key
            String tenant = URLDecoder.decode(folder.replace("+", "%2B"), StandardCharsets.UTF_8);
            return !tenant.isEmpty() && new GroupName(tenant, "group").path().equals(folder + "/group") ? Optional.of(tenant) : Optional.empty();
        }
        catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    @Override
    public int compareTo(GroupName other)
    {
        int order = tenant.compareTo(other.tenant);
        return order != 0 ? order : group.compareTo(other.group);
    }

    @Override
    public String toString()
    {
        return tenant + "/" + group;
    }
}
