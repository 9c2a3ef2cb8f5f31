/**
 * What happens after a record is stored: events into our own tables, Alertmanager, webhooks. Everything is made from records, so that any
 * evaluator delivers the same. It may import {@code rule} and {@code state}.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.alerting.deliver;
