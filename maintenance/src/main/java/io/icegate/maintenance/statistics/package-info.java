/**
 * How many different values the columns of a table have, for the planners of engines. {@link io.icegate.maintenance.statistics.ThetaSketch}
 * estimates it for one column from whatever subset of its values it is shown, {@link io.icegate.maintenance.statistics.TableStatistics}
 * keeps the sketches of a table in an Iceberg statistics file. Imports Iceberg and nothing else of ours but bounded maps.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.maintenance.statistics;
