package io.icegate.schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * A reference from a resource to an entity. Null stands for an empty string, as in every column without presence.
 */
public record EntityRef(@Nullable String schemaUrl, @Nullable String type, List<String> idKeys, List<String> descriptionKeys)
{
    public EntityRef
    {
        idKeys = List.copyOf(idKeys);
        descriptionKeys = List.copyOf(descriptionKeys);
    }
}
