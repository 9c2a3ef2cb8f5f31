package io.icegate.alerting.rule;

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
    private static final Pattern GROUP = Pattern.compile("[a-z0-9-]{1,63}");

    public GroupName
    {
        requireNonNull(tenant, "tenant is null");
        if (!isValid(group)) {
            throw new IllegalArgumentException("Invalid name of a group '%s': must be 1 to 63 of a-z, 0-9 and -".formatted(group));
        }
    }

    public static boolean isValid(String group)
    {
        return GROUP.matcher(group).matches();
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
