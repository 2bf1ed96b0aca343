namespace K8sLb.Chart.Tests;

/// <summary>A text that is kept in the tree, and written anew where K8SLB_REWRITE_GOLDEN is 1.</summary>
internal static class GoldenFile
{
    /// <param name="howToRewrite">The command that writes it.</param>
    public static void ShouldHold(
        string path,
        string text,
        string howToRewrite = "K8SLB_REWRITE_GOLDEN=1 make test T=Chart"
    )
    {
        if (Environment.GetEnvironmentVariable("K8SLB_REWRITE_GOLDEN") == "1")
        {
            File.WriteAllText(path, text);
        }
        var kept = File.Exists(path) ? File.ReadAllText(path) : "";
        if (kept != text)
        {
            Assert.Fail(
                $"{Path.GetFileName(path)} is not what there is now: {FirstDifference(kept, text)}. "
                    + $"If it shall be so, `{howToRewrite}` writes it anew; look at the difference before it is committed."
            );
        }
    }

    private static string FirstDifference(string kept, string text)
    {
        var (before, now) = (kept.Split('\n'), text.Split('\n'));
        var at = before.Zip(now).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"line {at + 1} is \"{Line(now)}\", and was \"{Line(before)}\"";

        string Line(string[] lines) => at < lines.Length ? lines[at] : "";
    }
}
