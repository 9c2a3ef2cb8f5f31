package io.icegate.receiver.decode.json;

/**
 * Index of a record in its request, or of a data point in its metric.
 *
 * @param scope index in the resource; -1 for what is said about the whole resource
 * @param record index in the scope; -1 for what is said about the whole scope
 * @param point index in the metric; -1 for what is said about the whole record
 */
public record Place(int resource, int scope, int record, int point)
{
    public Place(int resource, int scope, int record)
    {
        this(resource, scope, record, -1);
    }
}
