package io.icegate.rest.protocol;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The tags of a representation that a client has, from {@code If-None-Match}.
 */
record EntityTags(Set<String> tags)
{
    private static final Pattern TAG = Pattern.compile("(?:W/)?(\"[^\"]*\"|\\*)");

    EntityTags
    {
        tags = Set.copyOf(tags);
    }

    static EntityTags ofHeaders(List<String> values)
    {
        return new EntityTags(values.stream().flatMap(value -> TAG.matcher(value).results()).map(match -> match.group(1)).collect(Collectors.toSet()));
    }

    boolean contains(String tag)
    {
        return tags.contains(tag);
    }
}
