using System.Globalization;

namespace K8sLb.Operator.Status;

/// <summary>Lists for people: a few, and how many more.</summary>
internal static class Names
{
    private const int Shown = 5;

    public static string List(IReadOnlyCollection<string> items, string separator = ", ") =>
        string.Join(separator, items.Take(Shown))
        + (
            items.Count > Shown
                ? string.Create(CultureInfo.InvariantCulture, $"{separator}and {items.Count - Shown} more")
                : ""
        );
}
