using System.Text.RegularExpressions;

namespace K8sLb.Operator.Validation;

/// <summary>What the API server accepts as a label on a pod; anything else in a selector can never match.</summary>
public static partial class LabelSyntax
{
    public const string KeyRule =
        "an optional DNS prefix and /, then at most 63 letters, digits, '-', '_' or '.', with a letter or digit at both ends";
    public const string ValueRule =
        "empty, or at most 63 letters, digits, '-', '_' or '.', with a letter or digit at both ends";

    [GeneratedRegex("^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\\z")]
    private static partial Regex NamePart();

    [GeneratedRegex("^(?=.{1,253}\\z)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\z")]
    private static partial Regex Prefix();

    public static bool IsKey(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? NamePart().IsMatch(text)
            : Prefix().IsMatch(text[..slash]) && NamePart().IsMatch(text[(slash + 1)..]);
    }

    public static bool IsValue(string text) => text.Length == 0 || NamePart().IsMatch(text);
}
