package io.icegate.schema;

import org.jspecify.annotations.Nullable;

import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * What all rows of one resource share. Encoders remember it by identity.
 *
 * @param schemaUrl null when empty
 */
public record ResourceValues(Attributes attributes, long droppedAttributesCount, @Nullable String schemaUrl, List<EntityRef> entityRefs)
{
    public static final ResourceValues EMPTY = new ResourceValues(Attributes.EMPTY, 0, null, List.of());

    public ResourceValues
    {
        requireNonNull(attributes, "attributes is null");
        entityRefs = List.copyOf(entityRefs);
    }

    public @Nullable String serviceName()
    {
        return attributes.find("service.name").orElse(null);
    }

    public @Nullable String serviceNamespace()
    {
        return attributes.find("service.namespace").orElse(null);
    }

    public @Nullable String serviceInstanceId()
    {
        return attributes.find("service.instance.id").orElse(null);
    }
}
