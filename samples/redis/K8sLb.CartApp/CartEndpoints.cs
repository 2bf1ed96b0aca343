using System.Globalization;
using System.Security.Cryptography;

namespace K8sLb.CartApp;

/// <summary>
/// A shopping cart for each visitor. What is in it is in Redis alone, so any pod can serve any visitor; <c>x-pod</c> says which one did.
/// </summary>
internal static class CartEndpoints
{
    private const string Cookie = "cart";
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    public static void MapCarts(this WebApplication app, RedisConnection redis, string podName)
    {
        app.Use(
            (context, next) =>
            {
                context.Response.Headers["x-pod"] = podName;
                return next(context);
            }
        );
        app.MapPost("/cart/{item:maxlength(64)}", (HttpContext context, string item) => AddAsync(context, redis, item));
        app.MapGet("/cart", context => ShowAsync(context, redis));
        app.MapGet(
            "/healthz",
            async () => await redis.AskAsync("PING") is "PONG" ? Results.Ok() : Results.StatusCode(503)
        );
    }

    /// <summary>One more of it. Answers with how many there are now.</summary>
    private static async Task AddAsync(HttpContext context, RedisConnection redis, string item)
    {
        var key = KeyOf(context);
        var count = await redis.AskAsync("HINCRBY", key, item, "1");
        await redis.AskAsync("EXPIRE", key, Kept.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        await context.Response.WriteAsync($"{count}", context.RequestAborted);
    }

    /// <summary>A line for each item: its name and how many of it.</summary>
    private static async Task ShowAsync(HttpContext context, RedisConnection redis)
    {
        var cart = (object?[])(await redis.AskAsync("HGETALL", KeyOf(context)))!;
        var lines = cart.Chunk(2).Select(pair => $"{pair[0]} {pair[1]}\n").Order(StringComparer.Ordinal);
        await context.Response.WriteAsync(string.Concat(lines), context.RequestAborted);
    }

    /// <summary>The visitor is known by a cookie of the application's own, which has nothing to do with the session's token.</summary>
    private static string KeyOf(HttpContext context)
    {
        var id = context.Request.Cookies[Cookie];
        if (id is not { Length: 32 } || !id.All(char.IsAsciiHexDigitLower))
        {
            id = RandomNumberGenerator.GetHexString(32, lowercase: true);
            context.Response.Cookies.Append(
                Cookie,
                id,
                new CookieOptions
                {
                    HttpOnly = true,
                    SameSite = SameSiteMode.Lax,
                    MaxAge = Kept,
                }
            );
        }
        return $"cart:{id}";
    }
}
