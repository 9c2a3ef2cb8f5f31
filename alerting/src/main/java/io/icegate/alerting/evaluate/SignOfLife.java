package io.icegate.alerting.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.icegate.alerting.rule.GroupName;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an evaluator says of itself while it lives. Nothing depends on it but who does the work, so what cannot be read says nothing.
 *
 * @param leftAlone groups that it does not evaluate, whatever their hash is
 */
record SignOfLife(Set<GroupName> leftAlone)
{
    /**
     * Groups that are named at most. Of more an evaluator still leaves all alone, and others do not know.
     */
    static final int LEFT_ALONE_MAX = 1_000;

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String LEFT_ALONE = "left_alone";
    private static final SignOfLife NOTHING = new SignOfLife(Set.of());

    SignOfLife
    {
        leftAlone = Set.copyOf(leftAlone);
    }

    /**
     * Empty when there is nothing to say, which costs others no request.
     */
    byte[] toBytes()
    {
        if (leftAlone.isEmpty()) {
            return new byte[0];
        }
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ArrayNode names = node.putArray(LEFT_ALONE);
        new TreeSet<>(leftAlone).stream().limit(LEFT_ALONE_MAX).forEach(name -> names.add(name.toString()));
        try {
            return MAPPER.writeValueAsBytes(node);
        }
        catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write a sign of life", e);
        }
    }

    static SignOfLife fromBytes(byte[] content)
    {
        try {
            Set<GroupName> leftAlone = new TreeSet<>();
            for (JsonNode name : MAPPER.readTree(content).path(LEFT_ALONE)) {
                name(name.asText()).ifPresent(leftAlone::add);
            }
            return new SignOfLife(leftAlone);
        }
        catch (IOException _) {
            return NOTHING;
        }
    }

    private static Optional<GroupName> name(String text)
    {
        int slash = text.lastIndexOf('/');
        try {
            return slash < 0 ? Optional.empty() : Optional.of(new GroupName(text.substring(0, slash), text.substring(slash + 1)));
        }
        catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
