using System.Globalization;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Redis;

/// <summary>Fills a cart, and remembers what should be in it. Keeps cookies as a browser does, and sends nothing twice.</summary>
internal sealed class Shopper(StaleEndpoints endpoints, int seed)
{
    private static readonly string[] Items = ["apples", "bread", "cheese"];
    private readonly Random random = new(seed);
    private readonly Dictionary<string, string> cookies = [];
    private readonly SortedDictionary<string, int> wanted = new(StringComparer.Ordinal);
    private readonly HashSet<string> pods = [];

    public string? Cart => cookies.GetValueOrDefault("cart");

    /// <summary>What was put in, as the application shows it.</summary>
    public string Wanted => string.Concat(wanted.Select(w => $"{w.Key} {w.Value}\n"));

    /// <summary>That have served it.</summary>
    public int Pods => pods.Count;

    /// <summary>One more of something.</summary>
    public async Task AddAsync()
    {
        var item = Items[random.Next(Items.Length)];
        var there = await SendAsync("POST", $"/cart/{item}");
        wanted[item] = wanted.GetValueOrDefault(item) + 1;
        there.ShouldBe(wanted[item].ToString(CultureInfo.InvariantCulture));
    }

    public Task<string> ShowAsync() => SendAsync("GET", "/cart");

    private async Task<string> SendAsync(string method, string target)
    {
        await using var connection = await RawHttp.ConnectAsync(endpoints.Any(random).Http);
        var kept =
            cookies.Count == 0 ? "" : $"Cookie: {string.Join("; ", cookies.Select(c => $"{c.Key}={c.Value}"))}\r\n";
        await connection.SendAsync($"{method} {target} HTTP/1.1\r\nHost: shop.test\r\n{kept}Content-Length: 0\r\n\r\n");
        var answer = await connection.ReadAsync();
        answer.Status.ShouldBe(200, answer.Body);
        foreach (var cookie in answer.Headers["Set-Cookie"])
        {
            var (name, value) = (cookie.Split('=')[0], cookie.Split(';')[0].Split('=', 2)[1]);
            cookies[name] = value;
        }
        pods.Add(answer.Headers["x-pod"].Single());
        return answer.Body;
    }
}
