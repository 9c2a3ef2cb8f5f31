package io.icegate.maintenance.merge;

import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A leaf column as a file has it.
 *
 * @param index among the leaves of the file
 * @param optional whether the top-level column may be null
 */
record FileLeaf(int index, Type type, int repetitionMax, int definitionMax, boolean optional)
{
    /**
     * The leaves of a file by field id. Those without an id are left out.
     */
    static Map<Integer, FileLeaf> of(List<SchemaElement> elements)
    {
        Walk walk = new Walk(elements);
        walk.group(elements.get(0).getNum_children(), 0, 0, true, false);
        return Map.copyOf(walk.leaves);
    }

    private static final class Walk
    {
        private final List<SchemaElement> elements;
        private final Map<Integer, FileLeaf> leaves = new HashMap<>();
        private int next = 1;
        private int leaf;

        private Walk(List<SchemaElement> elements)
        {
            this.elements = elements;
        }

        private void group(int children, int repetition, int definition, boolean top, boolean optional)
        {
            for (int child = 0; child < children; child++) {
                SchemaElement element = elements.get(next++);
                FieldRepetitionType type = element.getRepetition_type();
                int repetitions = repetition + (type == FieldRepetitionType.REPEATED ? 1 : 0);
                int definitions = definition + (type == FieldRepetitionType.REQUIRED ? 0 : 1);
                boolean columnOptional = top ? type == FieldRepetitionType.OPTIONAL : optional;
                if (element.isSetType()) {
                    if (element.isSetField_id()) {
                        leaves.put(element.getField_id(), new FileLeaf(leaf, element.getType(), repetitions, definitions, columnOptional));
                    }
                    leaf++;
                }
                else {
                    group(element.getNum_children(), repetitions, definitions, false, columnOptional);
                }
            }
        }
    }
}
