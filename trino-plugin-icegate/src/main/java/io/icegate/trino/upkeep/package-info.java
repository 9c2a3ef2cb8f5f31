/**
 * Upkeep as statements of Trino start it. {@link io.icegate.trino.upkeep.TableUpkeep} examines tables and keeps them in order with
 * the rules and executors of {@code io.icegate.maintenance}, on this node. May import {@code catalog} and {@code live}.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.trino.upkeep;
