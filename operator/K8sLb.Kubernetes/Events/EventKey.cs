using System.Text;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>All that makes two events the same one, seen again.</summary>
internal sealed record EventKey(
    V1ObjectReference Regarding,
    EventType Type,
    string Reason,
    string Action,
    string Note,
    V1ObjectReference? Related
)
{
    private const int LongestNote = 1024;

    public static EventKey Create(
        V1ObjectReference regarding,
        EventType type,
        string reason,
        string action,
        string note,
        V1ObjectReference? related
    ) =>
        // Without the version: the object changes between repeats, often because of them.
        new(
            regarding with
            {
                ResourceVersion = null,
            },
            type,
            reason,
            action,
            Cut(note),
            related is null ? null : related with { ResourceVersion = null }
        );

    /// <summary>The API counts bytes; the cut falls between characters.</summary>
    private static string Cut(string note)
    {
        if (Encoding.UTF8.GetByteCount(note) <= LongestNote)
        {
            return note;
        }
        var cut = new StringBuilder();
        var bytes = 3;
        foreach (var rune in note.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > LongestNote)
            {
                break;
            }
            cut.Append(rune);
        }
        return cut.Append("...").ToString();
    }
}
