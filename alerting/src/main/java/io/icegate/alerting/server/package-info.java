/**
 * An evaluator of alerts as a program: settings, wiring, and the HTTP API for rules. {@link io.icegate.alerting.server.AlertingServerMain} runs one in a process of its own, {@link
 * io.icegate.alerting.server.AlertingServer} embeds one. It may import every package of this module, and none imports it.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.alerting.server;
