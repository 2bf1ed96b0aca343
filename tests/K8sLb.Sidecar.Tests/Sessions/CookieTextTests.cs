using K8sLb.Sidecar.Sessions;

namespace K8sLb.Sidecar.Tests.Sessions;

public sealed class CookieTextTests
{
    [Theory]
    [InlineData("s=1", "1")]
    [InlineData("a=b; s=1; c=d", "1")]
    [InlineData("s=1;s=2", "1,2")]
    [InlineData(" s = \"1\" ;", "1")]
    [InlineData("s=", "")]
    [InlineData("s=a=b", "a=b")]
    [InlineData("s=\"", "\"")]
    [InlineData(";;; ; s=1", "1")]
    [InlineData("", null)]
    [InlineData("s", null)]
    [InlineData("S=1; ss=1; as=1", null)]
    [InlineData("a=\"s=1\"", null)]
    public void Cookies_are_found_by_their_name(string header, string? values)
    {
        List<string> found = [];
        var from = 0;
        while (CookieText.TryFind(header, "s", ref from, out var value))
        {
            found.Add(value.ToString());
        }

        string.Join(',', found).ShouldBe(values ?? "");
        (found.Count == 0).ShouldBe(values is null);
    }

    [Theory]
    [InlineData("s=1", null)]
    [InlineData("s=1; s=2", null)]
    [InlineData("s=1; a=b", "a=b")]
    [InlineData("a=b; s=1; c=d", "a=b; c=d")]
    [InlineData("a=b;c=\"d\";s=1;", "a=b; c=\"d\"")]
    [InlineData("a=b;  c=d", "a=b;  c=d")]
    public void They_are_taken_out_and_the_others_left(string header, string? left) =>
        CookieText.Without(header, "s").ShouldBe(left);
}
