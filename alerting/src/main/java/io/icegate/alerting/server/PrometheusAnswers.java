package io.icegate.alerting.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.icegate.alerting.evaluate.GroupRules;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.state.AlertInstance;
import io.icegate.alerting.state.AlertState;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.RuleResult;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Rules and alerts as Prometheus tells them, so that Grafana and others list ours.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/api/#rules">Prometheus: rules and alerts</a>
 */
final class PrometheusAnswers
{
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private PrometheusAnswers() {}

    /**
     * A group with its newest record.
     *
     * @param newest empty when it was not evaluated yet
     */
    record Group(GroupRules rules, Optional<EvaluationRecord> newest) {}

    static ObjectNode rules(Collection<Group> groups)
    {
        ObjectNode data = JSON.objectNode();
        ArrayNode list = data.putArray("groups");
        groups.forEach(group -> list.add(group(group)));
        return success(data);
    }

    static ObjectNode alerts(Collection<Group> groups)
    {
        ObjectNode data = JSON.objectNode();
        ArrayNode list = data.putArray("alerts");
        groups.stream()
                .flatMap(group -> group.newest().stream())
                .flatMap(record -> record.state().alerts().stream())
                .filter(PrometheusAnswers::isActive)
                .forEach(alert -> list.add(alert(alert)));
        return success(data);
    }

    static ObjectNode error(String type, String message)
    {
        return JSON.objectNode().put("status", "error").put("errorType", type).put("error", message);
    }

    private static ObjectNode success(ObjectNode data)
    {
        ObjectNode answer = JSON.objectNode().put("status", "success");
        answer.set("data", data);
        return answer;
    }

    private static ObjectNode group(Group group)
    {
        ObjectNode node = JSON.objectNode();
        node.put("name", group.rules().group().name().group());
        // Prometheus tells groups of one name apart by their files
        node.put("file", group.rules().group().name().tenant());
        node.put("interval", group.rules().group().interval().toSeconds());
        node.put("limit", 0);
        ArrayNode rules = node.putArray("rules");
        group.rules().group().rules().forEach(rule -> rules.add(rule(rule, group.newest())));
        node.put("evaluationTime", group.newest().map(record -> seconds(record.result().results())).orElse(0.0));
        node.put("lastEvaluation", lastEvaluation(group.newest()));
        return node;
    }

    private static ObjectNode rule(Rule rule, Optional<EvaluationRecord> newest)
    {
        Optional<RuleResult> result = newest.stream().flatMap(record -> record.result().results().stream()).filter(each -> each.rule().equals(rule.alert())).findFirst();
        List<AlertInstance> alerts = newest.stream()
                .flatMap(record -> record.state().alerts().stream())
                .filter(alert -> alert.rule().equals(rule.alert()) && isActive(alert))
                .toList();
        ObjectNode node = JSON.objectNode();
        node.put("state", alerts.stream().map(AlertInstance::state).max(Comparator.naturalOrder()).orElse(AlertState.INACTIVE).text());
        node.put("name", rule.alert());
        node.put("query", rule.sql());
        node.put("duration", rule.hold().toSeconds());
        node.put("keepFiringFor", rule.keepFiringFor().toSeconds());
        node.set("labels", texts(rule.labels()));
        node.set("annotations", texts(rule.annotations()));
        ArrayNode list = node.putArray("alerts");
        alerts.forEach(alert -> list.add(alert(alert)));
        node.put("health", result.isEmpty() ? "unknown" : result.orElseThrow().error().isPresent() ? "err" : "ok");
        result.flatMap(RuleResult::error).ifPresent(error -> node.put("lastError", error));
        node.put("evaluationTime", seconds(result.stream().toList()));
        node.put("lastEvaluation", lastEvaluation(newest));
        node.put("type", "alerting");
        return node;
    }

    private static ObjectNode alert(AlertInstance alert)
    {
        ObjectNode node = JSON.objectNode();
        node.set("labels", texts(alert.allLabels()));
        node.set("annotations", texts(alert.annotations()));
        node.put("state", alert.state().text());
        node.put("activeAt", alert.since().toString());
        node.put("value", value(alert.value()));
        return node;
    }

    private static boolean isActive(AlertInstance alert)
    {
        return alert.state() == AlertState.PENDING || alert.state() == AlertState.FIRING;
    }

    private static String value(OptionalDouble value)
    {
        // a rule without a value says that its row is there
        return Double.toString(value.orElse(1));
    }

    private static String lastEvaluation(Optional<EvaluationRecord> newest)
    {
        // as Go writes the time that is none
        return newest.map(record -> record.recordedAt().toString()).orElse("0001-01-01T00:00:00Z");
    }

    private static double seconds(Collection<RuleResult> results)
    {
        return results.stream().mapToLong(RuleResult::millis).sum() / 1e3;
    }

    private static ObjectNode texts(Map<String, String> texts)
    {
        ObjectNode node = JSON.objectNode();
        texts.forEach(node::put);
        return node;
    }
}
