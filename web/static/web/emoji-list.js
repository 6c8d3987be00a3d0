/** The emoji of the picker with their names, by group. A small choice: devices have keyboards with all of them. */

const GROUPS = {
  Smileys: "😀 grinning,😃 smiling,😄 laughing,😁 beaming,😅 relieved,😂 tears of joy,🙂 slight smile,😉 wink,😊 blush,😍 heart eyes,🥰 in love,😘 kiss,😋 tasty,😜 joking,🤪 crazy,🤗 hug,🤔 thinking,🤫 quiet,😐 neutral,🙄 rolling eyes,😏 smirk,😴 sleeping,😷 mask,🤒 ill,🤯 mind blown,🥳 party,😎 cool,🤓 nerd,😮 surprised,😳 embarrassed,🥺 pleading,😢 crying,😭 sobbing,😱 scream,😤 determined,😡 angry,💀 skull,🤖 robot,👻 ghost,🙈 see no evil",
  People: "👋 wave,👍 thumbs up,👎 thumbs down,👏 clap,🙌 raised hands,🙏 please thanks,🤝 handshake,✌️ victory,🤞 fingers crossed,👌 ok,💪 strong,👀 eyes,🧠 brain,👶 baby,🧑 person,👩 woman,👨 man,👵 grandmother,👴 grandfather,👪 family,🏃 running,💃 dancing,🧗 climbing,🚴 cycling,🏊 swimming",
  Nature: "🐶 dog,🐱 cat,🐭 mouse,🐰 rabbit,🦊 fox,🐻 bear,🐼 panda,🦁 lion,🐸 frog,🐵 monkey,🐔 chicken,🐦 bird,🦆 duck,🦉 owl,🐝 bee,🦋 butterfly,🐢 turtle,🐟 fish,🐬 dolphin,🐴 horse,🌱 seedling,🌳 tree,🌸 blossom,🌻 sunflower,🍀 clover,🍁 leaf,🌍 earth,🌙 moon,⭐ star,☀️ sun,⛅ cloud,🌧️ rain,❄️ snow,🌈 rainbow,🔥 fire,🌊 wave sea",
  Food: "🍎 apple,🍌 banana,🍓 strawberry,🍉 melon,🍋 lemon,🥑 avocado,🍅 tomato,🥕 carrot,🍞 bread,🥐 croissant,🧀 cheese,🍳 egg,🥞 pancakes,🍕 pizza,🍔 burger,🍟 fries,🌮 taco,🍣 sushi,🍜 noodles,🥗 salad,🍰 cake,🎂 birthday,🍪 cookie,🍫 chocolate,🍦 ice cream,☕ coffee,🍵 tea,🍺 beer,🍷 wine,🥂 cheers",
  Things: "⚽ football,🏀 basketball,🎾 tennis,🏆 trophy,🎮 game,🎨 art,🎬 film,🎵 music,🎸 guitar,🎹 piano,📷 camera,📚 books,💡 idea,💻 computer,📱 phone,⌚ watch,✉️ mail,📌 pin,📅 calendar,🔑 key,🔒 lock,🔧 tool,🚗 car,🚲 bicycle,🚂 train,✈️ plane,🚀 rocket,⛵ boat,🏠 house,🏙️ city,⛰️ mountain,🏖️ beach,🎁 gift,🎉 celebration,🎈 balloon",
  Symbols: "❤️ heart,🧡 orange heart,💛 yellow heart,💚 green heart,💙 blue heart,💜 purple heart,🖤 black heart,💔 broken heart,💕 hearts,✨ sparkles,💯 hundred,✅ done,❌ no,❓ question,❗ important,⚠️ warning,♻️ recycling,➡️ right,⬅️ left,🔴 red,🟢 green,🔵 blue",
};

/** @type {[string, { character: string, name: string }[]][]} */
export const EMOJI_GROUPS = Object.entries(GROUPS).map(([group, list]) => [
  group,
  list.split(",").map((item) => ({ character: item.slice(0, item.indexOf(" ")), name: item.slice(item.indexOf(" ") + 1) })),
]);
