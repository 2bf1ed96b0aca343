using System.Text.Json;
using K8sLb.Kubernetes.Json;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>Reads a list object by object, where reading it as a whole has failed. Costs more: it holds the whole text.</summary>
internal static class LenientList
{
    /// <exception cref="JsonException">It is no list, or an object without metadata is in it.</exception>
    public static KubernetesList<T> Read<T>(ReadOnlySpan<byte> text, EntityType<T> type)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var list = new KubernetesList<T>();
        var unreadable = new List<UnreadableObject>();
        var reader = new Utf8JsonReader(text);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("metadata"u8))
            {
                list.Metadata = JsonSerializer.Deserialize(ref reader, WireJson.Default.V1ListMeta) ?? new V1ListMeta();
            }
            else if (reader.ValueTextEquals("items"u8))
            {
                reader.Read();
                while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                {
                    ReadItem(ref reader, type, list.Items, unreadable);
                }
            }
            else
            {
                reader.Skip();
            }
        }
        list.Unreadable = unreadable;
        return list;
    }

    private static void ReadItem<T>(
        ref Utf8JsonReader reader,
        EntityType<T> type,
        IList<T> items,
        List<UnreadableObject> unreadable
    )
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var start = reader;
        reader.Skip();
        var again = start;
        try
        {
            items.Add(JsonSerializer.Deserialize(ref start, type.Json)!);
        }
        catch (JsonException e)
        {
            unreadable.Add(UnreadableReader.Read(ref again, e).Object);
        }
    }
}
