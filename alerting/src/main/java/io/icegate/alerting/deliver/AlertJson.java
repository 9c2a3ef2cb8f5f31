package io.icegate.alerting.deliver;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.icegate.alerting.rule.GroupName;

import java.net.URI;
import java.net.URLEncoder;
import java.util.Map;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * What the interfaces of Alertmanager have in common.
 */
final class AlertJson
{
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private AlertJson() {}

    /**
     * Returns a map of labels or annotations. Empty values are left out: Alertmanager takes them off, and the alert would have another identity there.
     */
    static ObjectNode texts(Map<String, String> values)
    {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        values.forEach((name, value) -> {
            if (!value.isEmpty()) {
                node.put(name, value);
            }
        });
        return node;
    }

    /**
     * Returns the address of an alert for people.
     *
     * @param externalUrl of our own pages
     */
    static Optional<String> generatorUrl(Optional<URI> externalUrl, GroupName group, String alert)
    {
        return externalUrl.map(url -> "%s/alerting/%s/%s".formatted(
                url.toString().replaceAll("/+$", ""),
                group.group(),
                URLEncoder.encode(alert, UTF_8).replace("+", "%20")));
    }

    static byte[] bytes(Object node)
    {
        try {
            return MAPPER.writeValueAsBytes(node);
        }
        catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write JSON of alerts", e);
        }
    }
}
